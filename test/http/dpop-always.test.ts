// LATCHKEY_DPOP=always: every use of a token needs a DPoP proof, also behind a forward-auth proxy.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { type DpopProofOptions, makeDpopKey } from '../support/dpop-proofs.ts'
import { startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'
import { boundToken, call } from './dpop-token.ts'

test('always: every use of a token needs a proof, an unbound token is refused, and cookies still read', async () => {
  await using latchkey = await startInProcess({ dpop: 'always' })
  const { token: unbound, cookies, userId } = await register(latchkey)
  const key = makeDpopKey()
  const token = await boundToken(latchkey, key)
  const paths: readonly (readonly [string, string, unknown?])[] = [
    ['GET', '/access/session'],
    ['GET', '/access/verify'],
    ['PATCH', '/access/session/data', { a: 1 }],
    ['POST', '/access/audit-events', { action: 'order.placed' }],
    ['POST', `/access/logout/${userId}`],
  ]
  for (const [method, path, body] of paths) {
    for (const [refused, reason] of [
      [unbound, 'unbound'],
      [token, 'missing'],
    ] as const) {
      const { status, json } = await latchkey.call(method, path, { headers: { authorization: refused }, body })
      deepEqual([status, json.code, json.reason], [401, 'proof.required', reason], path)
    }
    ok((await call(latchkey, key, method, path, { token, body })).status < 300, path)
  }
  equal((await latchkey.call('GET', '/access/session', { headers: { cookie: cookies } })).status, 200)
  const header = await latchkey.call('POST', '/access/login', { body: { ...ALICE, delivery: 'header' } })
  const session = { authorization: `Session ${header.json.sessionCredential}` }
  equal((await latchkey.call('PATCH', '/access/session/data', { headers: session, body: { a: 1 } })).status, 200)
})

test('always, behind a proxy: the proof is for the forwarded request', async () => {
  await using latchkey = await startInProcess({ dpop: 'always', allowedOrigins: 'https://app.example' })
  await register(latchkey)
  const key = makeDpopKey()
  const token = await boundToken(latchkey, key)
  const verify = (forwarded: Readonly<Record<string, string>>, change: Partial<DpopProofOptions>) =>
    call(latchkey, key, 'GET', '/access/verify', { token, change, headers: forwarded }).then(({ status }) => status)
  const caddy = {
    'x-forwarded-method': 'PUT',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'app.example',
    'x-forwarded-uri': '/orders/7?now=yes',
  }
  equal(await verify(caddy, { method: 'PUT', url: 'https://app.example/orders/7' }), 204)
  equal(await verify(caddy, { method: 'GET', url: 'https://app.example/orders/7' }), 401)
  equal(await verify(caddy, { method: 'PUT', url: 'https://app.example/orders/8' }), 401)
  equal(await verify(caddy, { method: 'GET', url: `${latchkey.publicUrl}/access/verify` }), 401)
  const nginx = { 'x-original-method': 'GET', 'x-original-uri': '/orders' }
  equal(await verify(nginx, { method: 'GET', url: `${latchkey.publicUrl}/orders` }), 204)
  const both = {
    ...nginx,
    'x-original-method': 'PUT',
    'x-original-uri': '/orders',
    'x-forwarded-method': 'GET',
    'x-forwarded-uri': '/harmless',
  }
  for (const [method, path] of [
    ['PUT', '/orders'],
    ['GET', '/harmless'],
    ['PUT', '/harmless'],
  ] as const)
    equal(await verify(both, { method, url: latchkey.publicUrl + path }), 401, 'two different requests: valid for neither')
  const alike = { ...nginx, 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/orders' }
  equal(await verify(alike, { method: 'GET', url: `${latchkey.publicUrl}/orders` }), 204)
  equal(await verify({ ...caddy, 'x-forwarded-host': 'evil.example' }, { method: 'PUT', url: 'https://evil.example/orders/7' }), 401)
})
