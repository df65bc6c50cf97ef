// Which credential of a request counts, in which forms it is accepted, and why one is refused.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cookieName } from '../../src/domain/cookies.ts'
import { AuthError } from '../../src/domain/errors.ts'
import { cookieNames, readCredentials } from '../../src/http/credentials.ts'
import { createGuard } from '../../src/http/guard.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, login, register } from '../support/users.ts'
import { assertRefused, codeOrStatus } from './support.ts'

const SESSION = '/access/session'

function getSession(latchkey: InProcess, headers: Readonly<Record<string, string>>) {
  return latchkey.call('GET', SESSION, { headers })
}

async function assertMalformed(latchkey: InProcess, headers: Readonly<Record<string, string>>): Promise<void> {
  const answer = await getSession(latchkey, headers)
  assertRefused(answer, 401, 'token.invalid', { reason: 'malformed' })
  assert.equal(answer.headers['www-authenticate'], 'Bearer error="invalid_token"')
}

/** The credential of a new session with delivery by header. */
async function headerCredential(latchkey: InProcess, username: string): Promise<string> {
  const answer = await latchkey.call('POST', '/access/register', { body: { ...ALICE, username, delivery: 'header' } })
  assert.equal(answer.status, 201)
  return answer.json.sessionCredential
}

test('a header credential wins over a session cookie, and that over a remember-me login', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const bob = await register(latchkey, { username: 'Bob' })
  const cora = await headerCredential(latchkey, 'Cora')
  const seen = async (headers: Readonly<Record<string, string>>) => {
    const { json } = await getSession(latchkey, headers)
    return `${json.user.username} by ${json.via}`
  }
  assert.equal(await seen({ cookie: alice.cookies }), 'Alice by cookie')
  assert.equal(await seen({ cookie: alice.cookies, authorization: `Bearer ${bob.token}` }), 'Bob by token')
  assert.equal(await seen({ cookie: alice.cookies, authorization: `Session ${cora}` }), 'Cora by header')
  const minted = await latchkey.call('POST', '/access/token', { headers: { cookie: `${alice.remembered}; ${bob.session}` } })
  assert.equal(minted.json.user.username, 'Bob')
  assert.deepEqual(minted.cookies, [])
  const byHeader = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.cookies, authorization: `Session ${cora}` } })
  assert.equal(byHeader.json.user.username, 'Cora')
})

test('accepts a bare token or Bearer, and Session, with the scheme in any case', async () => {
  await using latchkey = await startInProcess()
  const { token } = await register(latchkey)
  const session = await headerCredential(latchkey, 'Cora')
  for (const authorization of [token, ` ${token} `, `Bearer ${token}`, `bearer ${token}`, `BEARER  ${token}`])
    assert.equal((await getSession(latchkey, { authorization })).json.via, 'token', authorization.slice(0, 10))
  for (const authorization of [`Session ${session}`, `session ${session}`, `SESSION   ${session} `])
    assert.equal((await getSession(latchkey, { authorization })).json.via, 'header', authorization.slice(0, 10))
})

test('an Authorization header of an unknown form is refused, regardless of cookies', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const raw = alice.session.split('=')[1] ?? ''
  const bad = ['', ' ', 'Bearer', 'Bearer ', 'Session', 'nonsense', 'a.b.c', 'Bearer a.b.c', 'Bearer x', `Bearer ${alice.token} x`]
  const schemes = [
    'Service a.b',
    `DPoP ${alice.token}`,
    `Token ${alice.token}`,
    'Basics YTpi',
    'Basic:YTpi',
    'HOBA x',
    'AWS4-HMAC-SHA256 x',
  ]
  const mixedUp = [raw, `Session ${raw} x`, `Bearer ${raw}`, `Bearer${alice.token}`, `Bearer\t${alice.token}`]
  for (const authorization of [...bad, ...schemes, ...mixedUp]) {
    await assertMalformed(latchkey, { authorization, cookie: alice.cookies })
    await assertMalformed(latchkey, { authorization })
  }
})

const FOREIGN_CREDENTIALS = [
  'Basic YWxpY2U6cGFzc3dvcmQ=',
  'basic YTpi',
  'BASIC  YTpi ',
  'Basic',
  'Basic\tYTpi',
  'Digest username="Mufasa", realm="a, b \\" c", uri="/access", response=0123, qop=auth',
  'Negotiate YIIJvwYGKwYBBQUCoIIJszCCCa+gJDAi==',
  'NTLM TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAGAbEdAAAADw==',
  'Basic YTpi, Basic Yzpk',
]

test('Basic, Digest, Negotiate and NTLM are ignored: the cookies count', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  for (const authorization of FOREIGN_CREDENTIALS) {
    const headers = { authorization, cookie: alice.session }
    assert.equal((await getSession(latchkey, headers)).json?.via, 'cookie', authorization)
    assert.equal((await latchkey.call('POST', '/access/token', { headers })).status, 200)
    assert.equal((await latchkey.call('POST', '/access/token', { headers: { authorization, cookie: alice.cookies } })).status, 200)
    assertRefused(await getSession(latchkey, { authorization }), 401, 'session.required', { reason: 'none' })
    const forwarded = { ...headers, 'x-forwarded-method': 'GET' }
    assert.equal((await latchkey.call('GET', '/access/verify', { headers: forwarded })).status, 204)
    const guard = createGuard(latchkey.engine)
    const found = await guard({ method: 'GET', header: (name) => (headers as Readonly<Record<string, string>>)[name] ?? null })
    assert.equal(found.ok && found.via, 'cookie')
    assertRefused(await latchkey.call('GET', '/access/revocations', { headers }), 401, 'session.required', { reason: 'none' })
  }
})

test('a foreign scheme does not count as a header credential: a change is refused with csrf.header_required', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  for (const authorization of FOREIGN_CREDENTIALS) {
    const headers = { authorization, cookie: alice.session }
    assertRefused(await latchkey.call('POST', `/access/logout/${alice.userId}`, { headers }), 403, 'csrf.header_required')
    const nothing = await latchkey.call('POST', `/access/logout/${alice.userId}`, { headers: { authorization } })
    assertRefused(nothing, 401, 'session.required', { reason: 'none' })
    const unsafe = { ...headers, 'x-forwarded-method': 'POST' }
    assertRefused(await latchkey.call('GET', '/access/verify', { headers: unsafe }), 403, 'csrf.header_required')
  }
})

test('an Authorization header is read in linear time', () => {
  for (const text of [
    `Digest ${'"a,'.repeat(5_000)}`,
    `Digest ${'a,'.repeat(8_000)}"`,
    `Digest ${'a=b,'.repeat(4_000)}x`,
    ','.repeat(16_000),
  ]) {
    const found = readCredentials((name) => (name === 'authorization' ? text : null), [])
    assert.ok(found instanceof AuthError)
  }
})

test('a token in the place of a session is unknown, in the header and in the cookie', async () => {
  await using latchkey = await startInProcess()
  const { token, remembered } = await register(latchkey, { remember: true })
  const unknown = { reason: 'unknown' }
  assertRefused(await getSession(latchkey, { authorization: `Session ${token}` }), 401, 'session.required', unknown)
  assertRefused(await getSession(latchkey, { cookie: `latchkey_session=${token}` }), 401, 'session.required', unknown)
  const loginAsSession = remembered.replace('latchkey_remember', 'latchkey_session')
  assertRefused(await getSession(latchkey, { cookie: loginAsSession }), 401, 'session.required', unknown)
})

test('an invalid session in the header never falls back to valid cookies, nor on the token path', async () => {
  await using latchkey = await startInProcess()
  const { cookies: cookie } = await register(latchkey, { remember: true })
  const headers = { cookie, authorization: 'Session abc.def' }
  assertRefused(await getSession(latchkey, headers), 401, 'session.required', { reason: 'unknown' })
  assertRefused(await latchkey.call('POST', '/access/token', { headers }), 401, 'session.required', { reason: 'unknown' })
  for (const authorization of ['', 'Token abc', 'Bearer a.b.c'])
    assert.equal((await latchkey.call('POST', '/access/token', { headers: { cookie, authorization } })).status, 401)
})

test('a duplicate Authorization header is malformed on every path with credentials', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const twins = [
    [{ authorization: `${alice.token}, ${alice.token}` }, 'duplicate_header'],
    [{ authorization: `Bearer ${alice.token},Bearer x` }, 'duplicate_header'],
    [{ authorization: `Basic YTpi, Bearer ${alice.token}` }, 'duplicate_header'],
    [{ authorization: `Bearer ${alice.token}, Basic YTpi` }, 'duplicate_header'],
    [{ authorization: `Digest username="a", ${alice.token}` }, 'duplicate_header'],
    [{ authorization: `Digest username="a, Session x.y` }, 'duplicate_header'],
    [{ authorization: `Negotiate abc=, Session x.y`, cookie: alice.session }, 'duplicate_header'],
  ] as const
  for (const [headers, reason] of twins) {
    assertRefused(await getSession(latchkey, headers), 400, 'request.malformed', { reason })
    for (const path of ['/access/login', '/access/register', '/access/token', '/access/audit-events'])
      assertRefused(await latchkey.call('POST', path, { headers, body: ALICE }), 400, 'request.malformed', { reason })
  }
})

test('cookies are matched by exact name, among others and in quotes', async () => {
  await using latchkey = await startInProcess()
  const { session } = await register(latchkey)
  const [name = '', value = ''] = session.split('=')
  for (const cookie of [`a=b; ${session}; c`, `;;${session}`, `${name}="${value}"`, `a;${session};`])
    assert.equal((await getSession(latchkey, { cookie })).status, 200, cookie)
  for (const cookie of [`x${session}`, `${name}x=${value}`, `LATCHKEY_SESSION=${value}`, `__Host-${session}`, `__Secure-${session}`, 'a=b'])
    assertRefused(await getSession(latchkey, { cookie }), 401, 'session.required', { reason: 'none' })
  for (const cookie of [`${name}="${value}`, `${name}=${value}"`, `${name}=""${value}""`, `${name}="`, `${name}=""`, `${name}='${value}'`])
    assertRefused(await getSession(latchkey, { cookie }), 401, 'session.required', { reason: 'unknown' })
})

test('a remember-me login alone is refreshable everywhere except on the token path, which resumes the session', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const headers = { cookie: alice.remembered }
  const refreshable = { reason: 'none', refreshable: true }
  for (const path of [SESSION, '/access/session/data', '/access/sessions', '/access/audit-events', '/access/client-data', '/access/verify'])
    assertRefused(await latchkey.call('GET', path, { headers }), 401, 'session.required', refreshable)
  assertRefused(await latchkey.call('POST', '/access/audit-events', { headers }), 401, 'session.required', refreshable)
  assertRefused(await latchkey.call('POST', '/access/password', { headers }), 401, 'session.required', refreshable)
  assert.equal((await latchkey.call('POST', '/access/token', { headers })).status, 200)
})

test('a cookie alone can read but not change anything', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const changes = [
    ['PATCH', '/access/session/data'],
    ['PUT', '/access/client-data'],
    ['GET', `/access/logout/${alice.userId}`],
    ['POST', `/access/logout/${alice.userId}?everywhere=true`],
    ['DELETE', '/access/sessions?except=current'],
    ['DELETE', `/access/sessions/${alice.sid}`],
    ['POST', '/access/audit-events'],
    ['POST', '/access/password'],
    ['DELETE', '/access/account'],
  ] as const
  for (const [method, path] of changes) {
    const same = { 'sec-fetch-site': 'same-origin' }
    assertRefused(await latchkey.call(method, path, { headers: { ...same, cookie: alice.cookies } }), 403, 'csrf.header_required')
    assertRefused(await latchkey.call(method, path, { headers: same }), 401, 'session.required', { reason: 'none' })
  }
  for (const path of [SESSION, '/access/session/data', '/access/client-data', '/access/sessions', '/access/audit-events'])
    assert.equal(codeOrStatus(await latchkey.call('GET', path, { headers: { cookie: alice.session } })), '200', path)
})

test('a sign-in revokes both lineages where header and cookie have different ones', async () => {
  await using latchkey = await startInProcess()
  const cookie = await register(latchkey)
  const { json } = await latchkey.call('POST', '/access/login', { body: { ...ALICE, delivery: 'header' } })
  await login(latchkey, {}, { headers: { cookie: cookie.session, authorization: `Session ${json.sessionCredential}` } })
  const reason = async (headers: Readonly<Record<string, string>>) =>
    (await latchkey.call('GET', '/access/session', { headers })).json.reason
  assert.equal(await reason({ cookie: cookie.session }), 'revoked')
  assert.equal(await reason({ authorization: `Session ${json.sessionCredential}` }), 'revoked')
})

test('If-Match accepts a list of versions, any of which may match', async () => {
  await using latchkey = await startInProcess()
  const { token: authorization } = await register(latchkey)
  const patch = (ifMatch: string) =>
    latchkey.call('PATCH', '/access/session/data', { headers: { authorization, 'if-match': ifMatch }, body: { a: ifMatch } })
  assert.equal((await patch('"7", "1"')).status, 200)
  assert.equal((await patch('"7", "1"')).status, 412)
  assert.equal((await patch('"7", W/"2"')).status, 412)
  assert.equal((await patch('*')).status, 200)
})

test('only spaces and tabs are trimmed around cookie names: any other is a different cookie that any page may set', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  for (const around of ['\u00a0', '\u2003', '\ufeff', '\u000b', '\u000c', '\u0085']) {
    for (const cookie of [`${around}${alice.session}`, `a=1; ${around}${alice.session}`, alice.session.replace('=', `${around}=`)]) {
      const { json } = await latchkey.call('GET', '/access/session', { headers: { cookie } })
      assert.equal(json.reason, 'none', JSON.stringify(cookie.slice(0, 30)))
    }
    const { status } = await latchkey.call('GET', '/access/session', { headers: { authorization: `${around}${alice.token}` } })
    assert.equal(status, 401)
  }
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: `\ta=1;\t ${alice.session} ;` } })).status, 200)
})

test('an Authorization header of an unknown form issues no token, and is malformed', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const { status, json, cookies } = await latchkey.call('POST', '/access/token', {
    headers: { authorization: 'Token YTpi', cookie: alice.cookies },
  })
  assert.deepEqual([status, json.code, json.reason, cookies], [401, 'token.invalid', 'malformed', []])
})

test('every cookie of ours is found by its name, with every prefix', () => {
  for (const [secure, domain] of [
    [false, null],
    [true, null],
    [true, 'example.com'],
  ] as const) {
    const settings = { stem: 'latchkey', secure, domain, sameSite: 'lax' } as const
    const purposes = ['session', 'remember', 'device', 'data', 'known', ...(domain ? (['pair'] as const) : [])] as const
    const header = purposes.map((purpose) => `${cookieName(purpose, settings)}=the-${purpose}`).join('; ')
    const found = readCredentials((name) => (name === 'cookie' ? header : null), cookieNames(settings))
    assert.ok(!(found instanceof AuthError))
    assert.deepEqual(found.cookies, Object.fromEntries(purposes.map((purpose) => [purpose, `the-${purpose}`])))
  }
})
