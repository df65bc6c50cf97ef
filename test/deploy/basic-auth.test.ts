// A real nginx with a password of its own (auth_basic), as in front of a staging deployment: Latchkey ignores that password, and the account
// page works if nginx exempts the API.

import { equal, match, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { BrowserContext } from 'playwright-core'
import { openChromium } from '../support/chromium.ts'
import { freePort, requestOnce } from '../support/raw-http.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { PASSWORD, request } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

const PROXY_CREDENTIALS = { username: 'door', password: 'open-sesame' }
const BASIC = `Basic ${btoa(`${PROXY_CREDENTIALS.username}:${PROXY_CREDENTIALS.password}`)}`

interface BehindBasicAuth extends AsyncDisposable {
  readonly url: string
  readonly server: RunningServer
}

/** @param accessLines nginx directives for the paths of the API */
async function startBehindBasicAuth(accessLines: string): Promise<BehindBasicAuth> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  // `Clear-Site-Data: "cookies"` makes Chromium forget the proxy password too.
  const env = { LATCHKEY_PUBLIC_URL: url, LATCHKEY_TRUSTED_PROXIES: '127.0.0.0/8', LATCHKEY_CLEAR_SITE_DATA: 'off' }
  const server = await startServer({ env })
  const { folder } = server
  await writeFile(join(folder, 'htpasswd'), `${PROXY_CREDENTIALS.username}:{PLAIN}${PROXY_CREDENTIALS.password}\n`, { mode: 0o644 })
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${join(folder, what)};`).join(' ')
  const pass = `proxy_pass ${server.url}; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr;`
  await writeFile(
    join(folder, 'nginx.conf'),
    `pid ${join(folder, 'nginx.pid')}; events {}
http { ${temporary} access_log off;
  server { listen 127.0.0.1:${port};
    auth_basic "Staging"; auth_basic_user_file ${join(folder, 'htpasswd')};
    location / { ${pass} }
    location /access/ { ${accessLines} ${pass} }
  }
}`,
  )
  const nginx = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-g', 'daemon off; master_process off; error_log stderr crit;'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await waitFor('nginx to answer', () =>
    requestOnce(url, '/livez').then(
      ({ status }) => status === 401,
      () => false,
    ),
  )
  return {
    url,
    server,
    async [Symbol.asyncDispose]() {
      nginx.kill()
      await once(nginx, 'exit')
      await server[Symbol.asyncDispose]()
    },
  }
}

let browser: BrowserContext
before(async () => {
  browser = await openChromium()
})
after(() => browser?.close())

/** Enters the proxy password once; from then on the browser sends it automatically. */
async function registerBehind({ url }: BehindBasicAuth, username: string) {
  const page = await browser.newPage()
  await page.goto(`${url.replace('//', `//${PROXY_CREDENTIALS.username}:${PROXY_CREDENTIALS.password}@`)}/register`)
  await page.goto(`${url}/register`)
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  const registered = page.waitForResponse((response) => response.url().endsWith('/access/register'))
  await page.keyboard.press('Enter')
  return { page, registered: await registered }
}

test('with auth_basic off for /access/, a browser with the proxy password can register and use the account page', async () => {
  await using door = await startBehindBasicAuth('auth_basic off;')
  const { page, registered } = await registerBehind(door, 'behind-door')
  equal(registered.status(), 201)
  await page.waitForURL('**/account')
  await page.getByText('behind-door').first().waitFor()
  const session = page.waitForResponse((response) => response.url().endsWith('/access/token'))
  await page.reload()
  const answered = await session
  match((await answered.request().allHeaders()).authorization ?? '', /^Basic /, 'the browser itself has sent it')
  equal(answered.status(), 200)
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
  await page.waitForURL('**/signed-out**')
  await page.close()
})

test('with auth_basic on all paths, pages and reading by cookie work, and nginx refuses a token', async () => {
  await using door = await startBehindBasicAuth('')
  const body = { username: 'all-doors', password: PASSWORD }
  const registered = await request(door.url, 'POST', '/access/register', { headers: { authorization: BASIC }, body })
  equal(registered.status, 201)
  const cookie = registered.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  for (const path of ['/sign-in', '/account', '/access/session'])
    equal((await request(door.url, 'GET', path, { headers: { authorization: BASIC, cookie } })).status, 200, path)
  const byToken = await request(door.url, 'GET', '/access/session', {
    headers: { authorization: `Bearer ${registered.json.token}`, cookie },
  })
  equal(byToken.status, 401)
  match(byToken.headers.get('www-authenticate') ?? '', /^Basic realm="Staging"/, 'it is nginx that refuses')
})

test('a script with the proxy password and a cookie can read, and cannot change anything', async () => {
  await using door = await startBehindBasicAuth('')
  const body = { username: 'scripted', password: PASSWORD }
  const registered = await request(door.url, 'POST', '/access/register', { headers: { authorization: BASIC }, body })
  equal(registered.status, 201)
  const cookie = registered.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const headers = { authorization: BASIC, cookie }
  equal((await request(door.url, 'GET', '/access/session', { headers })).status, 200)
  equal((await request(door.url, 'POST', '/access/token', { headers })).status, 200)
  const refused = await request(door.url, 'DELETE', '/access/sessions?except=current', { headers })
  ok(refused.status === 403 && refused.json.code === 'csrf.header_required')
})
