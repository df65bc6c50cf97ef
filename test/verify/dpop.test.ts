// DPoP-bound tokens in another service: the proof is verified there, and accepted once.

import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { RequestOptions, Verifier } from '../../src/verify/index.ts'
import { type DpopProofOptions, makeDpopKey, makeDpopProof } from '../support/dpop-proofs.ts'
import { PASSWORD, request } from '../support/test-client.ts'
import { startVerifierFixture, type VerifierFixture } from './verifier-fixture.ts'

const URL_OF_SHOP = 'https://shop.example/orders'
const IF_BOUND: RequestOptions = { dpop: 'if-bound' }

let fixture: VerifierFixture
let verifier: Verifier
const key = makeDpopKey()
let token: string
before(async () => {
  fixture = await startVerifierFixture()
  verifier = fixture.verifier()
  await verifier.ready()
  const { username } = await fixture.visitor()
  const url = `${fixture.server.publicUrl}/access/login`
  const headers = { dpop: makeDpopProof(key, { method: 'POST', url, now: Date.now() }) }
  const { json } = await request(fixture.server.url, 'POST', '/access/login', { headers, body: { username, password: PASSWORD } })
  token = json.token
})
after(() => fixture[Symbol.asyncDispose]())

async function verifyResult(
  overrides: Partial<DpopProofOptions> | null,
  options: RequestOptions = IF_BOUND,
  using = verifier,
): Promise<string> {
  const dpop: Record<string, string> =
    overrides === null ? {} : { dpop: makeDpopProof(key, { method: 'POST', url: URL_OF_SHOP, now: Date.now(), token, ...overrides }) }
  const verifiedRequest = new Request(`${URL_OF_SHOP}?page=2`, { method: 'POST', headers: { authorization: `DPoP ${token}`, ...dpop } })
  const result = await using.verifyRequest(verifiedRequest, options)
  return result.ok ? 'ok' : result.reason
}

test('a bound token is accepted where no proof is required, with either scheme', async () => {
  equal(await verifyResult(null, {}), 'ok')
  const headers = new Headers({ authorization: `Bearer ${token}` })
  ok((await verifier.verifyRequest({ headers })).ok)
})

test('where a proof is required, it must be for this request', async () => {
  equal(await verifyResult({}), 'ok')
  equal(await verifyResult(null), 'proof_required')
  const other = makeDpopKey()
  const seconds = Math.floor(Date.now() / 1000)
  const wrong: readonly Partial<DpopProofOptions>[] = [
    { method: 'GET' },
    { url: 'https://shop.example/account' },
    { url: 'https://elsewhere.example/orders' },
    { token: `${token}x` },
    { claims: { ath: undefined } },
    { claims: { iat: seconds - 70 } },
    { claims: { iat: seconds + 70 } },
    { claims: { jti: '' } },
    { header: { alg: 'none' }, signed: () => Buffer.alloc(0) },
    { header: { alg: 'RS256' } },
    { header: { typ: 'JWT' } },
    { header: { jwk: other.jwk } },
    { header: { jwk: { ...key.jwk, y: key.jwk.x } } },
    { header: { jwk: undefined } },
    { header: { crit: ['exp'] } },
    { signed: () => Buffer.alloc(64) },
  ]
  for (const overrides of wrong) equal(await verifyResult(overrides), 'proof_required', JSON.stringify(overrides))
})

test('with dpop: required, a token without a key is rejected', async () => {
  equal(await verifyResult({}, { dpop: 'required' }), 'ok')
  equal(await verifyResult(null, { dpop: 'required' }), 'proof_required')
  const visitor = await fixture.visitor()
  const headers = new Headers({ authorization: visitor.token })
  const unboundRequest = { headers, method: 'POST', url: URL_OF_SHOP }
  equal((await verifier.verifyRequest(unboundRequest, IF_BOUND)).ok, true)
  const result = await verifier.verifyRequest(unboundRequest, { dpop: 'required' })
  equal(result.ok ? 'ok' : result.reason, 'proof_required')
})

test('a proof is accepted once, and none is accepted when the replay cache is full', async () => {
  equal(await verifyResult({ claims: { jti: 'once' } }), 'ok')
  equal(await verifyResult({ claims: { jti: 'once' } }), 'proof_required')
  const together = await Promise.all(Array.from({ length: 6 }, () => verifyResult({ claims: { jti: 'together' } })))
  equal(together.filter((result) => result === 'ok').length, 1)
  const small = fixture.verifier({ capacity: 2 })
  await small.ready()
  const results = []
  for (let count = 0; count < 4; count += 1) results.push(await verifyResult({}, IF_BOUND, small))
  deepEqual(results, ['ok', 'ok', 'proof_required', 'proof_required'])
})

test('a token without a key needs no proof', async () => {
  const visitor = await fixture.visitor()
  const unboundRequest = new Request(URL_OF_SHOP, { headers: { authorization: visitor.token } })
  ok((await verifier.verifyRequest(unboundRequest, IF_BOUND)).ok)
  const hasDpopScheme = new Headers({ authorization: `DPoP ${visitor.token}` })
  deepEqual(await verifier.verifyRequest({ headers: hasDpopScheme }), { ok: false, reason: 'malformed' })
})

test('requiring a proof without method and URL throws an error', async () => {
  const headers = new Headers({ authorization: token })
  await rejects(verifier.verifyRequest({ headers }, IF_BOUND), /with the method and the url/)
  await rejects(
    verifier.verifyRequest({ headers, method: 'GET', url: URL_OF_SHOP }, { dpop: 'cookie' as 'if-bound' }),
    /accepted is 'if-bound'/,
  )
})
