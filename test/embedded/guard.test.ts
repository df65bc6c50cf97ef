// The guard for a host's own routes on node:http: synchronous for cached credentials, with all checks.

import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { guardedRequest } from '../../src/adapters/node-request.ts'
import { createLatchkey, type Latchkey } from '../../src/index.ts'

let latchkey: Latchkey
let base: URL
let session: string
let token: string
/** Whether the last result was synchronous. */
let wasSynchronous: boolean
const closing: (() => unknown)[] = []

before(async () => {
  latchkey = await createLatchkey({ databaseUrl: 'sqlite::memory:', secret: 'a-secret-of-this-test-alone-0123456789' })
  const signedIn = await latchkey.register({ username: 'Guarded', password: 'nine-quiet-otters-upstream' })
  ok('token' in signedIn)
  token = signedIn.token.token
  session = signedIn.sessionCredential?.value ?? ''
  const server = createServer(async (request, response) => {
    const found = latchkey.guard(
      guardedRequest(request, () => ''),
      { fresh: request.url === '/fresh' },
    )
    wasSynchronous = !(found instanceof Promise)
    const result = await found
    response.end(result.ok ? `${result.via} ${result.principal.sid}` : result.error.code)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
    () => latchkey.close(),
  )
})
after(async () => {
  for (const close of closing) await close()
})

/** Sends these header lines unchanged. */
async function ask(lines: readonly string[], method = 'GET', path = '/'): Promise<string> {
  const socket = connect(Number(base.port), base.hostname)
  socket.write([`${method} ${path} HTTP/1.1`, `Host: ${base.host}`, 'Connection: close', ...lines, '', ''].join('\r\n'))
  return (
    (await text(socket))
      .split('\r\n\r\n')[1]
      ?.split('\r\n')
      .find((line) => !/^[0-9a-f]+$/.test(line)) ?? ''
  )
}

test('A credential is authenticated with a promise the first time, and synchronously from then on', async () => {
  for (const line of [`Cookie: latchkey_session=${session}`, `Authorization: Session ${session}`]) {
    equal((await ask([line])).split(' ')[0], line.startsWith('Cookie') ? 'cookie' : 'header')
  }
  await ask([`Authorization: Bearer ${token}`])
  for (const line of [`cookie: latchkey_session=${session}`, `AUTHORIZATION: bearer ${token}`, `Authorization: ${token}`]) {
    ok((await ask([line])).includes(' '), line)
    ok(wasSynchronous, line)
  }
})

test('A cookie alone changes nothing, a header credential may', async () => {
  equal(await ask([`Cookie: latchkey_session=${session}`], 'POST'), 'csrf.header_required')
  equal((await ask([`Authorization: ${token}`], 'POST')).split(' ')[0], 'token')
})

test('A duplicate Authorization header is refused, and of duplicate cookies the genuine one counts', async () => {
  equal(await ask([`Authorization: ${token}`, `Authorization: ${token}`]), 'request.malformed')
  const twice = [
    [`Cookie: latchkey_session=${session}`, `Cookie: latchkey_session=${session}`],
    [`Cookie: latchkey_session=${session}; latchkey_session=x`],
  ]
  for (const lines of twice) equal((await ask(lines)).split(' ')[0], 'cookie', lines.join())
})

test('Missing, invalid and altered credentials are refused, cached or not', async () => {
  equal(await ask([]), 'session.required')
  equal(await ask(['Cookie: latchkey_session=nonsense']), 'session.required')
  equal(await ask([`Cookie: latchkey_session=${session.slice(0, -1)}${session.endsWith('A') ? 'B' : 'A'}`]), 'session.required')
  equal(await ask([`Cookie: latchkey_session=${session.startsWith('A') ? 'B' : 'A'}${session.slice(1)}`]), 'session.required')
  equal(await ask([`Authorization: Bearer ${token.slice(0, 40)}${token[40] === 'A' ? 'B' : 'A'}${token.slice(41)}`]), 'token.invalid')
  equal(await ask(['Authorization: Token x', `Cookie: latchkey_session=${session}`]), 'token.invalid')
  equal((await ask(['Authorization: Basic x', `Cookie: latchkey_session=${session}`])).split(' ')[0], 'cookie')
})

test('A revoked session is refused at the very next request', async () => {
  const other = await latchkey.login({ username: 'Guarded', password: 'nine-quiet-otters-upstream' })
  ok('token' in other)
  const lines = [`Authorization: ${other.token.token}`]
  equal((await ask(lines, 'GET', '/fresh')).split(' ')[0], 'token')
  const result = await latchkey.authenticate(new Request(base, { headers: { authorization: other.token.token } }))
  ok(result.ok)
  deepEqual(await latchkey.logout(result.principal), { sessions: 1, rememberMe: 0 })
  equal(await ask(lines), 'token.invalid')
})

test('A DPoP proof is for one path, so the guard needs the target', async () => {
  const head = { method: 'GET', header: (name: string) => (name === 'authorization' ? token : null) }
  const ask = async (target?: string) => latchkey.guard({ ...head, ...(target === undefined ? {} : { target }) }, { auth: 'dpop' })
  await rejects(ask(), { name: 'TypeError', message: /needs the target/ })
  ok((await ask('/reports?page=2')).ok)
  ok(
    (await latchkey.authenticate(new Request('http://localhost:3000/reports', { headers: { authorization: token } }), { auth: 'dpop' })).ok,
  )
})
