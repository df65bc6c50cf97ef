// The API reference page: complete in both languages, with curl examples that run.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { CHINESE_DESCRIPTIONS, CHINESE_SUMMARIES } from '../../src/pages/api-texts.ts'
import { startInProcess } from '../support/in-process.ts'
import { type RunningServer, runCommand, startServer } from '../support/server.ts'
import { PASSWORD, TestClient } from '../support/test-client.ts'

const run = promisify(execFile)

async function pageAndDescription(language: 'en' | 'zh-CN') {
  await using latchkey = await startInProcess()
  const { body } = await latchkey.call('GET', `/docs?lang=${language}`)
  const { json } = await latchkey.call('GET', '/openapi.json')
  const operations = Object.entries<Record<string, Operation>>(json.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, ...operation })),
  )
  return { page: body ?? '', operations, publicUrl: latchkey.publicUrl }
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>>
}

interface Schema {
  readonly properties?: { readonly code?: { readonly enum?: readonly string[] } }
}

const articleOf = (page: string, id: string) => new RegExp(`<article id="${id}">.*?</article>`, 's').exec(page)?.[0] ?? ''

test('the API reference lists every path with its responses and error codes', async () => {
  const { page, operations } = await pageAndDescription('en')
  equal((page.match(/<article /g) ?? []).length, operations.length)
  for (const { operationId, path, responses } of operations) {
    const article = articleOf(page, operationId)
    ok(article.includes(`<code>${path}</code>`), operationId)
    for (const [status, { content = {} }] of Object.entries(responses)) {
      ok(article.includes(`<span class="status">${status}</span>`), `${operationId} ${status}`)
      for (const { schema } of Object.values(content))
        for (const code of schema.properties?.code?.enum ?? [])
          ok(article.includes(`href="/docs/errors#${code}"`), `${operationId} ${code}`)
    }
  }
})

test('links of the API reference resolve, ids are unique, and no link leaves the site', async () => {
  const { page, publicUrl } = await pageAndDescription('en')
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
  deepEqual(
    ids.filter((id, index) => ids.indexOf(id) !== index),
    [],
  )
  for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) ok(ids.includes(id), id)
  const links = [...page.matchAll(/\s(?:href|src)="([^"#][^"]*)"/g)].map(([, link = '']) => link)
  deepEqual(
    links.filter((link) => !link.startsWith('/') && !link.startsWith('data:')),
    [],
  )
  const named = [...page.matchAll(/https?:\/\/[^\s"&<]+/g)].map(([address]) => address)
  ok(
    named.every((address) => address.startsWith(publicUrl) || address === 'http://www.w3.org/2000/svg'),
    named.join(),
  )
})

test('the Chinese API reference translates every summary and description', async () => {
  const { page, operations } = await pageAndDescription('zh-CN')
  deepEqual(Object.keys(CHINESE_SUMMARIES).sort(), operations.map(({ name }) => name).sort())
  const english = (await pageAndDescription('en')).page
  for (const { summary } of operations) ok(!page.includes(summary) || /^\W*$/.test(summary), summary)
  for (const description of Object.keys(CHINESE_DESCRIPTIONS)) {
    const [first = ''] = description.split(/[`"<]/).filter((part) => part.trim() !== '')
    ok(english.includes(first.trim()), `${description} is no longer on the page`)
  }
  const hints = [...page.matchAll(/<span class="hint">(.*?)<\/span>/gs)].map(([, hint = '']) => hint)
  const inEnglish = hints.filter((hint) => !/\p{Script=Han}/u.test(hint) && !/^ISO 8601/.test(hint))
  deepEqual(inEnglish, [])
})

async function administrator({ folder, publicUrl }: RunningServer): Promise<string> {
  const { code, stderr } = await runCommand(['user', 'add', 'root', '--role', 'admin'], { folder, input: `${PASSWORD}\n` })
  equal(code, 0, stderr)
  const visitor = new TestClient(publicUrl)
  await visitor.login('root')
  return visitor.token
}

test('the curl examples of the API reference work', async () => {
  await using server = await startServer()
  const { page } = { page: await (await fetch(`${server.publicUrl}/docs`)).text() }
  const example = (id: string) =>
    (/<pre[^>]*><code>(.*?)<\/code>/s.exec(articleOf(page, id))?.[1] ?? '')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&amp;', '&')
  const typed = async (id: string, env: Readonly<Record<string, string>> = {}) => {
    const command = `${example(id)} -s -w '\\n%{http_code}'`
    const { stdout } = await run('bash', ['-c', command], { env: { ...process.env, ...env } })
    const [status = '', ...body] = stdout.split('\n').reverse()
    return { status: Number(status), json: body.join('') === '' ? undefined : JSON.parse(body.join('')) }
  }
  const registered = await typed('postAccessRegister')
  equal(registered.status, 201)
  const signedIn = await typed('postAccessLogin')
  equal(signedIn.status, 200)
  const env = {
    SESSION_CREDENTIAL: signedIn.json.sessionCredential,
    TOKEN: registered.json.token,
    USER_ID: registered.json.user.id,
    SESSION: signedIn.json.session.id,
  }
  const expected: Readonly<Record<string, number>> = {
    postAccessToken: 200,
    getAccessSession: 200,
    getAccessSessionData: 200,
    patchAccessSessionData: 200,
    getAccessClientData: 200,
    putAccessClientData: 200,
    getAccessSessions: 200,
    getAccessAuditEvents: 200,
    postAccessAuditEvents: 201,
    getAccessVerify: 204,
    getWellKnownJwksJson: 200,
    getLivez: 200,
    getReadyz: 200,
    getOpenapiJson: 200,
    deleteAccessSessionsId: 200,
    deleteAccessSessions: 200,
  }
  for (const [id, status] of Object.entries(expected)) equal((await typed(id, env)).status, status, `${id}: ${example(id)}`)
  const root = await administrator(server)
  const added = await typed('postAccessAdminUsers', { TOKEN: root })
  equal(added.status, 201)
  const key = await typed('postAccessAdminKeys', { TOKEN: root })
  equal(key.status, 201)
  const listed = new TestClient(server.publicUrl)
  await listed.register('lin')
  const adminStatuses: Readonly<Record<string, number>> = {
    getAccessAdminUsers: 200,
    getAccessAdminUsersUserId: 200,
    patchAccessAdminUsersUserId: 200,
    getAccessAdminUsersUserIdSessions: 200,
    getAccessAdminUsersUserIdAuditEvents: 200,
    deleteAccessAdminSessionsId: 200,
    deleteAccessAdminUsersUserIdSessions: 200,
    deleteAccessAdminUsersUserId: 200,
    getAccessAdminKeys: 200,
    deleteAccessAdminKeysKeyId: 200,
    postAccessAdminKeysRotate: 200,
  }
  const adminEnv = { TOKEN: root, USER_ID: listed.userId, SESSION: listed.sid, KEY_ID: key.json.id }
  for (const [id, status] of Object.entries(adminStatuses)) equal((await typed(id, adminEnv)).status, status, `${id}: ${example(id)}`)
  const changed = await typed('postAccessPassword', env)
  equal(changed.status, 200)
  equal((await typed('postAccessLogoutUserId', { ...env, TOKEN: changed.json.token })).status, 200)
  const again = new TestClient(server.publicUrl)
  await again.register('ada2')
  const body = example('deleteAccessAccount').replace(/-d '.*'/, `-d '{"password":"${PASSWORD}"}'`)
  match((await run('bash', ['-c', `${body} -s -w '%{http_code}'`], { env: { ...process.env, TOKEN: again.token } })).stdout, /^204$/)
})
