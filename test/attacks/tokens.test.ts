// Forged, altered and foreign tokens, made with `jose` and plain crypto: none is accepted, and `jose` accepts ours.

import assert from 'node:assert/strict'
import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { test } from 'node:test'
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT, UnsecuredJWT } from 'jose'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { register, type SignedInUser } from '../support/users.ts'

interface Scene {
  readonly latchkey: InProcess
  readonly alice: SignedInUser
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  refused(token: string, what: string): Promise<void>
}

function part(token: string, index: number): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString())
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

async function scene(): Promise<Scene & AsyncDisposable> {
  const latchkey = await startInProcess()
  const alice = await register(latchkey)
  return {
    latchkey,
    alice,
    header: part(alice.token, 0),
    claims: part(alice.token, 1),
    async refused(token, what) {
      const { status, json } = await latchkey.call('GET', '/access/client-data', { headers: { authorization: token } })
      assert.deepEqual([status, json.code, json.reason], [401, 'token.invalid', 'malformed'], what)
    },
    [Symbol.asyncDispose]: () => latchkey[Symbol.asyncDispose](),
  }
}

function signedWith(key: KeyObject, header: unknown, claims: unknown): string {
  const input = `${encoded(header)}.${encoded(claims)}`
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
}

test('jose verifies our tokens with our published keys, and finds the claims of the contract', async () => {
  await using s = await scene()
  const { json } = await s.latchkey.call('GET', '/.well-known/jwks.json')
  const { payload, protectedHeader } = await jwtVerify(s.alice.token, createLocalJWKSet(json), {
    algorithms: ['EdDSA'],
    typ: 'at+jwt',
    issuer: s.latchkey.publicUrl,
    audience: s.latchkey.publicUrl,
    currentDate: new Date(s.latchkey.clock.now()),
  })
  assert.equal(protectedHeader.kid, json.keys[0].kid)
  assert.deepEqual(Object.keys(payload).sort(), ['amr', 'aud', 'auth_time', 'client_id', 'exp', 'iat', 'iss', 'jti', 'roles', 'sid', 'sub'])
  assert.equal(payload.sub, s.alice.userId)
  assert.equal(payload.sid, s.alice.sid)
  assert.equal(Number(payload.exp) - Number(payload.iat), 300)
})

test('only our algorithm is accepted, whatever the header', async () => {
  await using s = await scene()
  const { publicKey } = s.latchkey.engine.keys.published()[0] ?? { publicKey: '' }
  await s.refused(new UnsecuredJWT({ ...s.claims }).encode(), 'alg none')
  await s.refused(`${encoded({ ...s.header, alg: 'none' })}.${encoded(s.claims)}.`, 'alg none with our kid')
  for (const secret of [publicKey, Buffer.from(publicKey, 'base64url'), '']) {
    const input = `${encoded({ ...s.header, alg: 'HS256' })}.${encoded(s.claims)}`
    await s.refused(`${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`, 'HS256 with the public key')
  }
  for (const alg of ['ES256', 'RS256', 'PS256']) {
    const { privateKey } = await generateKeyPair(alg)
    await s.refused(await new SignJWT({ ...s.claims }).setProtectedHeader({ ...s.header, alg }).sign(privateKey), alg)
  }
})

test('only our key is accepted, wherever the header points', async () => {
  await using s = await scene()
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const jwk = await exportJWK(publicKey)
  const headers = [
    s.header,
    { ...s.header, jwk },
    { ...s.header, jku: 'https://evil.test/jwks.json' },
    { ...s.header, x5u: 'https://evil.test/cert.pem' },
    { ...s.header, x5c: ['AAAA'] },
    { ...s.header, kid: 'another' },
    { alg: 'EdDSA', typ: 'at+jwt' },
  ]
  for (const header of headers) await s.refused(signedWith(privateKey, header, s.claims), JSON.stringify(header))
  await using other = await startInProcess()
  await s.refused((await register(other)).token, 'a token of another deployment')
})

test('a header that we would not write is refused, even signed with our key', async () => {
  await using s = await scene()
  const { engine } = s.latchkey
  const { sealedPrivateKey, kid, publicKey } = engine.keys.published()[0] ?? { sealedPrivateKey: '', kid: '', publicKey: '' }
  const d = engine.secrets.unseal('signing-key', kid, sealedPrivateKey) ?? ''
  const ours = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey, d }, format: 'jwk' })
  const control = await s.latchkey.call('GET', '/access/client-data', { headers: { authorization: signedWith(ours, s.header, s.claims) } })
  assert.equal(control.status, 200, 'the key is the right one')
  const headers = [
    { ...s.header, typ: 'JWT' },
    { ...s.header, typ: 'dbsc+jwt' },
    { ...s.header, crit: ['exp'] },
    { ...s.header, extra: 1 },
    { kid: s.header.kid, typ: s.header.typ, alg: s.header.alg },
  ]
  for (const header of headers) await s.refused(signedWith(ours, header, s.claims), JSON.stringify(header))
  const now = Math.floor(s.latchkey.clock.now() / 1000)
  const wrong: readonly Readonly<Record<string, unknown>>[] = [
    { iss: 'https://evil.test' },
    { aud: 'https://other.test' },
    { aud: ['https://other.test'] },
    { aud: [] },
    { aud: [s.latchkey.publicUrl, null] },
    { nbf: now + 61 },
    { nbf: null },
    { nbf: String(now) },
    { exp: -1 },
    { exp: Number.MAX_SAFE_INTEGER },
    { iat: -1 },
    { iat: now + 61 },
    { exp: String(now + 300) },
    { exp: now + 0.5 },
    { sub: '' },
    { roles: 'admin' },
    { amr: undefined },
    ...['iss', 'aud', 'sub', 'sid', 'exp', 'iat', 'jti', 'client_id', 'auth_time', 'roles'].map((name) => ({ [name]: undefined })),
  ]
  for (const change of wrong) await s.refused(signedWith(ours, s.header, { ...s.claims, ...change }), JSON.stringify(change))
  const expired = signedWith(ours, s.header, { ...s.claims, exp: now })
  const answer = await s.latchkey.call('GET', '/access/client-data', { headers: { authorization: expired } })
  assert.equal(answer.json.reason, 'expired')
  const ahead = signedWith(ours, s.header, { ...s.claims, iat: now + 60, nbf: now + 60, aud: ['https://other.test', s.latchkey.publicUrl] })
  assert.equal((await s.latchkey.call('GET', '/access/client-data', { headers: { authorization: ahead } })).status, 200, 'within the skew')
})

test('a token in any other encoding is refused', async () => {
  await using s = await scene()
  const [header = '', payload = '', signature = ''] = s.alice.token.split('.')
  const lastBits = signature.slice(0, -1) + String.fromCharCode(signature.charCodeAt(signature.length - 1) + 1)
  const spellings = [
    `${header}.${payload}.${signature}=`,
    `${header}.${payload}.${signature}.`,
    `${header}.${payload}.${signature}.${signature}`,
    `.${header}.${payload}.${signature}`,
    `${header}.${payload}.`,
    `${header}..${signature}`,
    `${header}.${payload}`,
    `${header}=.${payload}.${signature}`,
    `${header}.${payload}=.${signature}`,
    `${header}.${payload}.${lastBits}`,
    `${header}.${payload}.${signature.replace(/[-_]/g, '+')}+`,
    `${header}.${'A'.repeat(5000)}.${signature}`,
    `${header}.${encoded({ ...s.claims, roles: ['admin'] })}.${signature}`,
  ]
  for (const spelling of spellings) await s.refused(spelling, spelling.slice(-20))
})

test('a token is accepted only in the header', async () => {
  await using s = await scene()
  for (const path of [`/access/session?access_token=${s.alice.token}`, `/access/session?token=${s.alice.token}`]) {
    assert.equal((await s.latchkey.call('GET', path)).status, 401)
  }
  const cookie = `latchkey_session=${s.alice.token}; token=${s.alice.token}; Authorization=${s.alice.token}`
  assert.equal((await s.latchkey.call('GET', '/access/session', { headers: { cookie } })).status, 401)
})
