// LATCHKEY_TOKEN_ALG: tokens of both algorithms, the change between them, and the well-known resources for verifiers.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { compose } from '../../src/compose.ts'
import type { KeyRingRecord } from '../../src/domain/key-ring.ts'
import { TOKEN_ALGORITHMS } from '../../src/domain/public-key.ts'
import { jwksResponse, serverMetadataResponse } from '../../src/http/contract.ts'
import { createSigning } from '../../src/platform/signing.ts'
import { readSettings, SettingError } from '../../src/settings.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { register } from '../support/users.ts'

const SECRET = 'one-secret-for-all-of-these-processes'
const METADATA = '/.well-known/oauth-authorization-server'
const JWKS = '/.well-known/jwks.json'

const algorithmOfToken = (token: string) => decodeProtectedHeader(token).alg

async function accepts(latchkey: InProcess, token: string): Promise<boolean> {
  return (await latchkey.call('GET', '/access/session', { headers: { authorization: token } })).status === 200
}

for (const alg of TOKEN_ALGORITHMS) {
  test(`${alg}: tokens are signed with it, and jose verifies them from the issuer alone`, async () => {
    await using latchkey = await startInProcess({ tokenAlg: alg })
    const { token, userId } = await register(latchkey)
    const metadata = serverMetadataResponse.strict().parse((await latchkey.call('GET', METADATA)).json)
    assert.equal(metadata.issuer, latchkey.publicUrl)
    const { json } = await latchkey.call('GET', metadata.jwks_uri.slice(latchkey.publicUrl.length))
    const { keys } = jwksResponse.strict().parse(json)
    const members = alg === 'EdDSA' ? { kty: 'OKP', crv: 'Ed25519' } : { kty: 'EC', crv: 'P-256' }
    for (const key of keys) assert.deepEqual({ ...key, ...members, use: 'sig', alg }, key)
    const { payload } = await jwtVerify(token, createLocalJWKSet(json), {
      algorithms: metadata.access_token_signing_alg_values_supported,
      issuer: metadata.issuer,
      audience: latchkey.publicUrl,
      typ: 'at+jwt',
      currentDate: new Date(latchkey.clock.now()),
    })
    assert.equal(payload.sub, userId)
    assert.equal(algorithmOfToken(token), alg)
    assert.ok(await accepts(latchkey, token))
  })
}

test('after a change keys of the new algorithm sign at once, and earlier tokens stay valid until they expire', async () => {
  const store = createMemoryStore()
  const shared = { store: { ...store, close: async () => {} } }
  const before = await startInProcess({ secret: SECRET }, shared)
  const { token: older } = await register(before)
  await using after = await startInProcess({ secret: SECRET, tokenAlg: 'ES256' }, shared)
  assert.ok(await accepts(after, older))
  const { token: newer } = await register(after, { username: 'Newer' })
  assert.deepEqual([older, newer].map(algorithmOfToken), ['EdDSA', 'ES256'])
  const { json } = await after.call('GET', JWKS)
  assert.deepEqual(
    json.keys.map(({ alg }: { alg: string }) => alg),
    ['ES256', 'ES256', 'EdDSA'],
  )
  const supported = (await after.call('GET', METADATA)).json.access_token_signing_alg_values_supported
  assert.deepEqual(supported, ['ES256', 'EdDSA'])
  for (const token of [older, newer]) {
    await jwtVerify(token, createLocalJWKSet(json), { currentDate: new Date(after.clock.now()) })
  }
  // A process with the old setting follows the key ring too.
  await before.engine.keys.reload()
  assert.ok(await accepts(before, newer))
  const { token: third } = await register(before, { username: 'Third' })
  assert.equal(algorithmOfToken(third), 'ES256')
  // Once its last token has expired, the retired key is removed.
  after.clock.advance(361_000)
  assert.equal((await after.call('GET', JWKS)).json.keys.length, 2)
  await before[Symbol.asyncDispose]()
})

test('several processes that start together change the algorithm once, and agree', async () => {
  const store = createMemoryStore()
  const shared = { store: { ...store, close: async () => {} } }
  await (await startInProcess({ secret: SECRET }, shared))[Symbol.asyncDispose]()
  const started = await Promise.all([1, 2, 3, 4].map(() => startInProcess({ secret: SECRET, tokenAlg: 'ES256' }, shared)))
  const ring = (await store.findKeyRing()) as KeyRingRecord
  assert.deepEqual([ring.version, ring.signing.alg, ring.next.alg, ring.retired.length], [2, 'ES256', 'ES256', 1])
  for (const latchkey of started) {
    assert.equal((await latchkey.engine.keys.reload()).signing.kid, ring.signing.kid)
    await latchkey[Symbol.asyncDispose]()
  }
})

test('a rotation uses the configured algorithm, even where the next key has another one', async () => {
  await using latchkey = await startInProcess({ tokenAlg: 'ES256' })
  const { signing, next } = await latchkey.engine.keys.read()
  const rotated = (await latchkey.engine.keys.rotate()) as KeyRingRecord
  assert.deepEqual([rotated.signing.kid, rotated.next.alg], [next.kid, 'ES256'])
  assert.equal(rotated.retired[0]?.kid, signing.kid)
  // Like a process with the other setting leaves it.
  const other = createSigning(latchkey.engine.secrets).generate(0, 'EdDSA')
  const mixed = { ...rotated, version: rotated.version + 1, next: other }
  await latchkey.engine.store.write([{ do: 'replace key ring', next: mixed, ifVersion: rotated.version }])
  const again = (await latchkey.engine.keys.rotate()) as KeyRingRecord
  assert.deepEqual([again.signing.alg, again.next.alg], ['ES256', 'ES256'])
  assert.notEqual(again.signing.kid, other.kid)
})

test('a command does not change the algorithm, whatever its environment', async () => {
  const store = createMemoryStore()
  const shared = { ...store, close: async () => {} }
  await (await startInProcess({ secret: SECRET, tokenAlg: 'ES256' }, { store: shared }))[Symbol.asyncDispose]()
  const settings = readSettings({ secret: SECRET }, (key) => key)
  const command = await compose(settings, 'http://localhost:3000', { store: shared, acceptsCredentials: false })
  assert.equal((await command.keys.read()).signing.alg, 'ES256')
  const rotated = (await command.keys.rotate()) as KeyRingRecord
  assert.deepEqual([rotated.signing.alg, rotated.next.alg], ['ES256', 'ES256'])
  await command.stop()
})

test('a key ring of the previous version opens: keys without an algorithm are EdDSA keys', async () => {
  const store = createMemoryStore()
  const shared = { store: { ...store, close: async () => {} } }
  const first = await startInProcess({ secret: SECRET }, shared)
  const { token } = await register(first)
  await first[Symbol.asyncDispose]()
  const written = (await store.findKeyRing()) as KeyRingRecord
  const { alg: _, ...signing } = written.signing
  const { alg: __, ...next } = written.next
  await store.write([{ do: 'replace key ring', next: { ...written, version: 2, signing, next }, ifVersion: 1 }])
  for (const alg of TOKEN_ALGORITHMS) {
    await using latchkey = await startInProcess({ secret: SECRET, tokenAlg: alg }, shared)
    assert.ok(await accepts(latchkey, token), alg)
    assert.equal((await latchkey.call('GET', JWKS)).json.keys.find(({ kid }: { kid: string }) => kid === signing.kid).alg, 'EdDSA')
  }
})

test('the setting accepts only the two algorithms', () => {
  for (const wrong of ['none', 'HS256', 'RS256', 'ES384', 'es256']) {
    assert.throws(
      () => readSettings({ tokenAlg: wrong }, () => 'LATCHKEY_TOKEN_ALG'),
      (error) => error instanceof SettingError && /LATCHKEY_TOKEN_ALG .*EdDSA, ES256/.test(error.message),
      wrong,
    )
  }
})

test('the metadata name only what exists (RFC 8414)', async () => {
  await using latchkey = await startInProcess({ dpop: 'off' })
  const { json, headers } = await latchkey.call('GET', METADATA)
  assert.deepEqual(json, {
    issuer: latchkey.publicUrl,
    jwks_uri: `${latchkey.publicUrl}/.well-known/jwks.json`,
    response_types_supported: [],
    grant_types_supported: [],
    access_token_signing_alg_values_supported: ['EdDSA'],
    service_documentation: `${latchkey.publicUrl}/docs/errors`,
  })
  assert.equal(headers['content-type'], 'application/json')
  await using withDpop = await startInProcess()
  assert.deepEqual((await withDpop.call('GET', METADATA)).json.dpop_signing_alg_values_supported, ['ES256'])
})

test('any origin may read the keys and the metadata, without credentials, and nothing else', async () => {
  await using latchkey = await startInProcess({ allowedOrigins: 'https://app.example.com' })
  for (const path of [JWKS, METADATA])
    for (const origin of [undefined, 'https://elsewhere.example', 'https://app.example.com', 'null']) {
      const foreign = { ...(origin && { origin }), 'sec-fetch-site': 'cross-site', cookie: 'latchkey_session=x' }
      for (const method of ['GET', 'HEAD']) {
        const { status, headers } = await latchkey.call(method, path, { headers: foreign })
        assert.equal(status, 200)
        assert.equal(headers['access-control-allow-origin'], '*')
        assert.equal(headers['access-control-allow-credentials'], undefined)
        assert.equal(headers['cross-origin-resource-policy'], 'cross-origin')
        assert.equal(headers['cache-control'], 'public, max-age=300')
      }
      if (origin === undefined) continue
      // The preflight of an uncached request, as our own verifier sends it.
      const preflight = await latchkey.call('OPTIONS', path, {
        headers: { ...foreign, 'access-control-request-method': 'GET', 'access-control-request-headers': 'cache-control' },
      })
      assert.equal(preflight.status, 204)
      assert.equal(preflight.headers['access-control-allow-origin'], '*')
      assert.equal(preflight.headers['access-control-allow-credentials'], undefined)
      assert.equal(preflight.headers['access-control-allow-methods'], 'GET, HEAD, OPTIONS')
      assert.equal(preflight.headers['access-control-allow-headers'], '*')
      const refused = await latchkey.call('PUT', path, { headers: foreign })
      assert.deepEqual([refused.status, refused.headers['access-control-allow-origin']], [405, '*'])
    }
  for (const path of ['/livez', '/openapi.json', '/access/session', '/.well-known/other']) {
    const { headers } = await latchkey.call('GET', path, { headers: { origin: 'https://elsewhere.example' } })
    assert.equal(headers['access-control-allow-origin'], undefined, path)
  }
})
