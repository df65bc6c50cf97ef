// Tokens that are bound to a key, in a service of its own: the proof is checked there, and counts once there.

import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { RequestOptions, Verifier } from '../../src/verify/index.ts'
import { type DpopProofOptions, makeDpopKey, makeDpopProof } from '../support/dpop-proofs.ts'
import { PASSWORD, request } from '../support/test-client.ts'
import { startVerifierFixture, type VerifierFixture } from './verifier-fixture.ts'

const URL_OF_SHOP = 'https://shop.example/orders'
const PROOF: RequestOptions = { dpop: 'if-bound' }

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

async function verifyResult(overrides: Partial<DpopProofOptions> | null, options: RequestOptions = PROOF, of = verifier): Promise<string> {
  const dpop: Record<string, string> =
    overrides === null ? {} : { dpop: makeDpopProof(key, { method: 'POST', url: URL_OF_SHOP, now: Date.now(), token, ...overrides }) }
  const verifiedRequest = new Request(`${URL_OF_SHOP}?page=2`, { method: 'POST', headers: { authorization: `DPoP ${token}`, ...dpop } })
  const verdict = await of.verifyRequest(verifiedRequest, options)
  return verdict.ok ? 'ok' : verdict.reason
}

test('a bound token passes where no proof is asked for, by either scheme', async () => {
  equal(await verifyResult(null, {}), 'ok')
  const headers = new Headers({ authorization: `Bearer ${token}` })
  ok((await verifier.verifyRequest({ headers })).ok)
})

test('where one is asked for, it needs a proof for just that request', async () => {
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
  for (const wish of wrong) equal(await verifyResult(wish), 'proof_required', JSON.stringify(wish))
})

test('where every token has to be bound, one that is bound to no key is refused', async () => {
  equal(await verifyResult({}, { dpop: 'required' }), 'ok')
  equal(await verifyResult(null, { dpop: 'required' }), 'proof_required')
  const visitor = await fixture.visitor()
  const headers = new Headers({ authorization: visitor.token })
  const asked = { headers, method: 'POST', url: URL_OF_SHOP }
  equal((await verifier.verifyRequest(asked, PROOF)).ok, true)
  const verdict = await verifier.verifyRequest(asked, { dpop: 'required' })
  equal(verdict.ok ? 'ok' : verdict.reason, 'proof_required')
})

test('a proof counts once, and with too many of them none is taken for new', async () => {
  equal(await verifyResult({ claims: { jti: 'once' } }), 'ok')
  equal(await verifyResult({ claims: { jti: 'once' } }), 'proof_required')
  const together = await Promise.all(Array.from({ length: 6 }, () => verifyResult({ claims: { jti: 'together' } })))
  equal(together.filter((said) => said === 'ok').length, 1)
  const small = fixture.verifier({ capacity: 2 })
  await small.ready()
  const said = []
  for (let count = 0; count < 4; count += 1) said.push(await verifyResult({}, PROOF, small))
  deepEqual(said, ['ok', 'ok', 'proof_required', 'proof_required'])
})

test('a token that is bound to no key needs none', async () => {
  const visitor = await fixture.visitor()
  const asked = new Request(URL_OF_SHOP, { headers: { authorization: visitor.token } })
  ok((await verifier.verifyRequest(asked, PROOF)).ok)
  const hasDpopScheme = new Headers({ authorization: `DPoP ${visitor.token}` })
  deepEqual(await verifier.verifyRequest({ headers: hasDpopScheme }), { ok: false, reason: 'malformed' })
})

test('who asks for a proof without saying for which request is told so', async () => {
  const headers = new Headers({ authorization: token })
  await rejects(verifier.verifyRequest({ headers }, PROOF), /with the method and the url/)
  await rejects(
    verifier.verifyRequest({ headers, method: 'GET', url: URL_OF_SHOP }, { dpop: 'cookie' as 'if-bound' }),
    /accepted is 'if-bound'/,
  )
})
