// Public resources: keys, health, metrics; and HEAD and OPTIONS on every route.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLocalJWKSet, errors, jwtVerify } from 'jose'
import { jwksResponse, livenessResponse, readinessResponse } from '../../src/http/contract.ts'
import { createHandler } from '../../src/http/handler.ts'
import type { HttpRequest } from '../../src/http/message.ts'
import { routes } from '../../src/http/routes/index.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { login, register } from '../support/users.ts'
import { pathOf } from './support.ts'

async function verified(latchkey: InProcess, token: string, audience = latchkey.publicUrl) {
  const { json } = await latchkey.call('GET', '/.well-known/jwks.json')
  const options = {
    issuer: latchkey.publicUrl,
    audience,
    typ: 'at+jwt',
    algorithms: ['EdDSA'],
    currentDate: new Date(latchkey.clock.now()),
  }
  return jwtVerify(token, createLocalJWKSet(json), options)
}

test('the public keys verify our tokens, which have the claims of RFC 9068 and our own', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const { payload, protectedHeader } = await verified(latchkey, alice.token)
  const now = latchkey.clock.now() / 1000
  assert.deepEqual({ ...protectedHeader, kid: '' }, { typ: 'at+jwt', alg: 'EdDSA', kid: '' })
  assert.match(String(protectedHeader.kid), /^[\w-]+$/)
  const { jti, client_id: client, ...claims } = payload
  assert.match(String(jti), /^[\w-]{16,}$/)
  assert.equal(typeof client, 'string')
  assert.deepEqual(claims, {
    iss: 'http://localhost:3000',
    aud: 'http://localhost:3000',
    sub: alice.userId,
    sid: alice.sid,
    iat: now,
    exp: now + 300,
    auth_time: now,
    amr: ['pwd'],
    roles: [],
  })
})

test('tokens are unique, and are invalid elsewhere, after expiry, or altered', async () => {
  await using latchkey = await startInProcess()
  await using other = await startInProcess()
  const first = await register(latchkey)
  const second = await login(latchkey)
  const [one, two] = [(await verified(latchkey, first.token)).payload, (await verified(latchkey, second.token)).payload]
  assert.notEqual(one.jti, two.jti)
  await assert.rejects(verified(other, first.token), errors.JWKSNoMatchingKey)
  const [header, , signature] = first.token.split('.')
  await assert.rejects(verified(latchkey, `${header}.${second.token.split('.')[1]}.${signature}`), errors.JWSSignatureVerificationFailed)
  await assert.rejects(verified(latchkey, first.token, 'https://elsewhere.test'), errors.JWTClaimValidationFailed)
  latchkey.clock.advance(300_000)
  await assert.rejects(verified(latchkey, first.token), errors.JWTExpired)
})

test('audience and lifetime follow the settings', async () => {
  await using latchkey = await startInProcess({ audience: 'shop', tokenLifetime: '90s' })
  const { token } = await register(latchkey)
  const { payload } = await verified(latchkey, token, 'shop')
  assert.equal(Number(payload.exp) - Number(payload.iat), 90)
})

test('tokens of a resumed session show that no password was used, and the time of the last password sign-in', async () => {
  await using latchkey = await startInProcess()
  const signedInAt = latchkey.clock.now() / 1000
  const alice = await register(latchkey, { remember: true })
  latchkey.clock.advance(86_400_000)
  const { json } = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })
  const { payload } = await verified(latchkey, json.token)
  assert.deepEqual(payload.amr, ['remembered'])
  assert.equal(payload.auth_time, signedInAt)
})

test('the published keys are public, for signatures only, with unique ids', async () => {
  await using latchkey = await startInProcess()
  const { status, json, headers } = await latchkey.call('GET', '/.well-known/jwks.json')
  assert.equal(status, 200)
  jwksResponse.strict().parse(json)
  for (const key of json.keys) assert.deepEqual(Object.keys(key).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  assert.equal(new Set(json.keys.map(({ kid }: { kid: string }) => kid)).size, json.keys.length)
  assert.equal(headers['cache-control'], 'public, max-age=300')
})

test('reports liveness, and readiness with the status of each part', async () => {
  await using latchkey = await startInProcess()
  const live = await latchkey.call('GET', '/livez')
  assert.deepEqual([live.status, livenessResponse.strict().parse(live.json)], [200, { status: 'ok' }])
  const ready = await latchkey.call('GET', '/readyz')
  assert.equal(ready.status, 200)
  assert.deepEqual(readinessResponse.strict().parse(ready.json), { status: 'ok', parts: { store: 'ok', revocations: 'ok', keys: 'ok' } })
})

/** A handler over the same engine, with other app properties. */
async function callHandler(latchkey: InProcess, path: string, app: object, request: Partial<HttpRequest> = {}) {
  const readiness = async () => ({ store: 'ok' })
  const handle = createHandler({ engine: latchkey.engine, publicUrl: latchkey.publicUrl, readiness, isStopping: () => false, ...app })
  const body = async () => new Uint8Array()
  const answer = await handle({ method: 'GET', path, query: '', header: () => null, address: '', peer: '', body, ...request })
  return { ...answer, text: String(answer.body ?? '') }
}

test('readiness is 503 when a part fails or the server is stopping', async () => {
  await using latchkey = await startInProcess()
  const failing = await callHandler(latchkey, '/readyz', { readiness: async () => ({ store: 'disk full', keys: 'ok' }) })
  assert.equal(failing.status, 503)
  assert.deepEqual(JSON.parse(failing.text), { status: 'failing', parts: { store: 'disk full', keys: 'ok' } })
  const stopping = await callHandler(latchkey, '/readyz', { isStopping: () => true })
  assert.deepEqual([stopping.status, JSON.parse(stopping.text).status], [503, 'stopping'])
  assert.equal((await callHandler(latchkey, '/livez', { isStopping: () => true })).status, 200)
})

test('metrics are for direct requests from this machine, not for proxied ones', async () => {
  await using latchkey = await startInProcess()
  const metrics = { metrics: async () => 'latchkey_up 1\n' }
  for (const peer of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1']) {
    const answer = await callHandler(latchkey, '/metrics', metrics, { peer })
    assert.deepEqual([answer.status, answer.text], [200, 'latchkey_up 1\n'])
    assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
    for (const name of ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via']) {
      const forwarded = await callHandler(latchkey, '/metrics', metrics, { peer, header: (requested) => (requested === name ? '' : null) })
      assert.deepEqual([forwarded.status, JSON.parse(forwarded.text).setting], [404, 'METRICS_PORT'], name)
    }
  }
  for (const peer of ['192.0.2.1', '', '::2', '127.0.0.1.evil.test', '1127.0.0.1', '::ffff:10.0.0.1'])
    assert.equal((await callHandler(latchkey, '/metrics', metrics, { peer, address: '127.0.0.1' })).status, 404, peer)
  assert.equal((await callHandler(latchkey, '/metrics', {}, { peer: '127.0.0.1' })).status, 404)
})

test('HEAD responds like GET, without the body', async () => {
  await using latchkey = await startInProcess()
  const { session: cookie } = await register(latchkey)
  for (const route of routes.filter(({ method, changes }) => method === 'GET' && changes !== true)) {
    const [get, head] = [
      await latchkey.call('GET', pathOf(route), { headers: { cookie } }),
      await latchkey.call('HEAD', pathOf(route), { headers: { cookie } }),
    ]
    assert.equal(head.status, get.status, route.path)
    assert.equal(head.body, null)
    assert.deepEqual({ ...head.headers, 'x-request-id': '' }, { ...get.headers, 'x-request-id': '' })
  }
})

test('OPTIONS without an Origin names the methods, needs no credential and grants nothing', async () => {
  await using latchkey = await startInProcess()
  for (const route of routes) {
    const { status, headers, body, cookies } = await latchkey.call('OPTIONS', pathOf(route), { headers: { authorization: 'Basic x' } })
    assert.deepEqual([status, body, cookies], [204, null, []])
    assert.ok(headers.allow?.split(', ').includes(route.method))
    assert.equal(headers['access-control-allow-methods'], undefined)
  }
})
