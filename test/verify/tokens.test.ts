// A verifier accepts only tokens that this Latchkey signed for this audience.

import { equal } from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { after, before, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Verifier } from '../../src/verify/index.ts'
import { createVerifier } from '../../src/verify/index.ts'
import type { TestClient } from '../support/test-client.ts'
import { startVerifierFixture, type VerifierFixture, verifyResult } from './verifier-fixture.ts'

let fixture: VerifierFixture
let verifier: Verifier
let visitor: TestClient
before(async () => {
  fixture = await startVerifierFixture()
  verifier = fixture.verifier()
  await verifier.ready()
  visitor = await fixture.visitor()
})
after(() => fixture[Symbol.asyncDispose]())

const base64url = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const parts = () => visitor.token.split('.') as [string, string, string]
const claims = () => JSON.parse(Buffer.from(parts()[1], 'base64url').toString())
const header = () => JSON.parse(Buffer.from(parts()[0], 'base64url').toString())

async function publicKey(): Promise<{ readonly x: string; readonly kid: string }> {
  const response = await fetch(`${fixture.server.url}/.well-known/jwks.json`)
  const { keys } = (await response.json()) as { keys: { x: string; kid: string }[] }
  return keys[0] ?? { x: '', kid: '' }
}

const FORGERIES: Readonly<Record<string, () => string | Promise<string>>> = {
  'an empty string': () => '',
  'two parts': () => parts().slice(0, 2).join('.'),
  'four parts': () => `${visitor.token}.x`,
  'no signature': () => `${parts()[0]}.${parts()[1]}.`,
  'alg none': () => `${base64url({ ...header(), alg: 'none' })}.${parts()[1]}.`,
  'alg none in another case, with the signature': () => `${base64url({ ...header(), alg: 'nOnE' })}.${parts()[1]}.${parts()[2]}`,
  'HS256 with the public key as its secret': async () => {
    const { x, kid } = await publicKey()
    const signed = `${base64url({ alg: 'HS256', typ: 'at+jwt', kid })}.${parts()[1]}`
    return `${signed}.${createHmac('sha256', Buffer.from(x, 'base64url')).update(signed).digest('base64url')}`
  },
  'a key in the header': async () => {
    const { privateKey, publicKey: own } = await generateKeyPair('EdDSA', { extractable: true })
    return new SignJWT(claims()).setProtectedHeader({ ...header(), jwk: await exportJWK(own) }).sign(privateKey)
  },
  'a foreign key under a kid of ours': async () => {
    const { privateKey } = await generateKeyPair('EdDSA')
    return new SignJWT(claims()).setProtectedHeader(header()).sign(privateKey)
  },
  'another kid': () => `${base64url({ ...header(), kid: 'another' })}.${parts()[1]}.${parts()[2]}`,
  'another type': () => `${base64url({ ...header(), typ: 'JWT' })}.${parts()[1]}.${parts()[2]}`,
  'a crit header': () => `${base64url({ ...header(), crit: ['exp'] })}.${parts()[1]}.${parts()[2]}`,
  'another payload of the same length': () => {
    const [first, payload, last] = parts()
    return `${first}.${payload.slice(0, 20)}${payload[20] === 'A' ? 'B' : 'A'}${payload.slice(21)}.${last}`
  },
  'another signature of the same length': () => {
    const [first, payload, last] = parts()
    return `${first}.${payload}.${last[0] === 'A' ? 'B' : 'A'}${last.slice(1)}`
  },
  'a signature in another encoding': () => {
    const [first, payload, last] = parts()
    // The last of 86 characters has two bits that belong to no byte.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    return `${first}.${payload}.${last.slice(0, -1)}${alphabet[alphabet.indexOf(last.at(-1) ?? '') ^ 1]}`
  },
  padding: () => `${visitor.token}==`,
  'whitespace around the token': () => ` ${visitor.token}`,
  'more than four kilobytes': () => `${parts()[0]}.${base64url('x'.repeat(5000))}.${parts()[2]}`,
  'a session credential': () => visitor.cookie('session'),
}

for (const [what, make] of Object.entries(FORGERIES)) {
  test(`rejected as malformed: ${what}`, async () => {
    equal(await verifyResult(verifier, await make()), 'malformed')
  })
}

test('a value that is not a string is rejected and does not throw', async () => {
  for (const value of [undefined, null, 1, {}, []]) equal(await verifyResult(verifier, value as unknown as string), 'malformed')
})

test('a valid token for another audience or of another issuer is rejected', async () => {
  const options = { serviceKey: fixture.serviceKey, onFeedLoss: 'accept' } as const
  using elsewhere = createVerifier({ ...options, issuer: fixture.server.publicUrl, audience: 'https://other.example' })
  await elsewhere.ready()
  equal(await verifyResult(elsewhere, visitor.token), 'malformed')
  // The same server under another URL: same keys, another issuer.
  using renamed = createVerifier({ ...options, issuer: fixture.server.url })
  await renamed.ready()
  equal(await verifyResult(renamed, visitor.token), 'malformed')
})

test('a cached token is rejected when it has expired, whatever the local clock says', async () => {
  await using brief = await startVerifierFixture({ LATCHKEY_TOKEN_LIFETIME: '2s' })
  let offset = 0
  const clocks = { monotonic: () => performance.now(), wall: () => Date.now() + offset }
  using clocked = createVerifier({ issuer: brief.server.publicUrl, serviceKey: brief.serviceKey }, clocks)
  await clocked.ready()
  const cached = await brief.visitor()
  equal(await verifyResult(clocked, cached.token), 'ok')
  const began = performance.now()
  // An hour back: must not extend the lifetime of the token.
  offset = -3_600_000
  while (performance.now() - began < 2_200) {
    const result = await verifyResult(clocked, cached.token)
    if (performance.now() - began > 2_050) equal(result, 'expired')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const fresh = await brief.visitor()
  equal(await verifyResult(clocked, fresh.token), 'ok')
  // An hour ahead: rejected until the next heartbeat, then accepted again.
  offset = 3_600_000
  const jumped = performance.now()
  while ((await verifyResult(clocked, fresh.token)) !== 'ok') await new Promise((resolve) => setTimeout(resolve, 5))
  equal(performance.now() - jumped < 1_000, true)
})

test('invalid options throw an error that names what is accepted', () => {
  const issuer = 'https://login.example.com'
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ issuer: 'login.example.com', serviceKey: 'k' }, /^issuer: accepted is the public URL/],
    [{ issuer }, /^serviceKey: .*latchkey service-key create/],
    [{ issuer, serviceKey: 'k', onFeedLoss: 'allow' }, /^onFeedLoss: accepted are refuse, introspect, accept/],
    [{ issuer, serviceKey: 'k', maxFeedLagMs: 100 }, /^maxFeedLagMs: /],
    [{ issuer, serviceKey: 'k', capacity: 0 }, /^capacity: /],
  ]
  for (const [options, message] of wrong) {
    let thrown = ''
    try {
      createVerifier(options as Parameters<typeof createVerifier>[0])
    } catch (error) {
      thrown = error instanceof TypeError ? error.message : ''
    }
    equal(message.test(thrown), true, thrown)
  }
})

test('a token signed with another Ed25519 key is rejected', async () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const signed = `${parts()[0]}.${parts()[1]}`
  equal(await verifyResult(verifier, `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`), 'malformed')
})
