// Tokens that are bound to a key, in a service of its own: the proof is checked there, and counts once there.

import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { RequestOptions, Verifier } from '../../src/verify/index.ts'
import { makeClientKey, makeProof, type ProofWish } from '../support/key-proofs.ts'
import { PASSWORD, request } from '../support/visitor.ts'
import { type Setting, startSetting } from './support.ts'

const URL_OF_SHOP = 'https://shop.example/orders'
const PROOF: RequestOptions = { proof: 'key' }

let setting: Setting
let verifier: Verifier
const key = makeClientKey()
let token: string
before(async () => {
  setting = await startSetting()
  verifier = setting.verifier()
  await verifier.ready()
  const { username } = await setting.visitor()
  const url = `${setting.server.publicUrl}/access/login`
  const headers = { dpop: makeProof(key, { method: 'POST', url, now: Date.now() }) }
  const { json } = await request(setting.server.url, 'POST', '/access/login', { headers, body: { username, password: PASSWORD } })
  token = json.token
})
after(() => setting[Symbol.asyncDispose]())

async function says(wish: Partial<ProofWish> | null, options: RequestOptions = PROOF, of = verifier): Promise<string> {
  const dpop: Record<string, string> =
    wish === null ? {} : { dpop: makeProof(key, { method: 'POST', url: URL_OF_SHOP, now: Date.now(), token, ...wish }) }
  const asked = new Request(`${URL_OF_SHOP}?page=2`, { method: 'POST', headers: { authorization: `DPoP ${token}`, ...dpop } })
  const verdict = await of.verifyRequest(asked, options)
  return verdict.ok ? 'ok' : verdict.reason
}

test('a bound token passes where no proof is asked for, by either scheme', async () => {
  equal(await says(null, {}), 'ok')
  const headers = new Headers({ authorization: `Bearer ${token}` })
  ok((await verifier.verifyRequest({ headers })).ok)
})

test('where one is asked for, it needs a proof for just that request', async () => {
  equal(await says({}), 'ok')
  equal(await says(null), 'proof_required')
  const other = makeClientKey()
  const seconds = Math.floor(Date.now() / 1000)
  const wrong: readonly Partial<ProofWish>[] = [
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
  for (const wish of wrong) equal(await says(wish), 'proof_required', JSON.stringify(wish))
})

test('where every token has to be bound, one that is bound to no key is refused', async () => {
  equal(await says({}, { proof: 'bound' }), 'ok')
  equal(await says(null, { proof: 'bound' }), 'proof_required')
  const visitor = await setting.visitor()
  const headers = new Headers({ authorization: visitor.token })
  const asked = { headers, method: 'POST', url: URL_OF_SHOP }
  equal((await verifier.verifyRequest(asked, PROOF)).ok, true)
  const verdict = await verifier.verifyRequest(asked, { proof: 'bound' })
  equal(verdict.ok ? 'ok' : verdict.reason, 'proof_required')
})

test('a proof counts once, and with too many of them none is taken for new', async () => {
  equal(await says({ claims: { jti: 'once' } }), 'ok')
  equal(await says({ claims: { jti: 'once' } }), 'proof_required')
  const together = await Promise.all(Array.from({ length: 6 }, () => says({ claims: { jti: 'together' } })))
  equal(together.filter((said) => said === 'ok').length, 1)
  const small = setting.verifier({ capacity: 2 })
  await small.ready()
  const said = []
  for (let count = 0; count < 4; count += 1) said.push(await says({}, PROOF, small))
  deepEqual(said, ['ok', 'ok', 'proof_required', 'proof_required'])
})

test('a token that is bound to no key needs none', async () => {
  const visitor = await setting.visitor()
  const asked = new Request(URL_OF_SHOP, { headers: { authorization: visitor.token } })
  ok((await verifier.verifyRequest(asked, PROOF)).ok)
  const saidToBeBound = new Headers({ authorization: `DPoP ${visitor.token}` })
  deepEqual(await verifier.verifyRequest({ headers: saidToBeBound }), { ok: false, reason: 'malformed' })
})

test('who asks for a proof without saying for which request is told so', async () => {
  const headers = new Headers({ authorization: token })
  await rejects(verifier.verifyRequest({ headers }, PROOF), /with the method and the url/)
  await rejects(verifier.verifyRequest({ headers, method: 'GET', url: URL_OF_SHOP }, { proof: 'cookie' as 'key' }), /accepted is 'key'/)
})
