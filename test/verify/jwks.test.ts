// Invalid, hostile and missing key sets: an invalid key is skipped, reading is bounded, and the previous keys stay.

import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createVerifier, type FaultCode, VerifierFault, type VerifierOptions } from '../../src/verify/index.ts'
import { type Issuer, json, type Listener, makeSigner, signature, startIssuer } from './fake-issuer.ts'
import { verifyResult } from './verifier-fixture.ts'

const issuerSigner = makeSigner('EdDSA', 'ours')
const elliptic = makeSigner('ES256', 'elliptic')
const other = makeSigner('EdDSA', 'other')

function verifierOf({ url }: Issuer, options: Partial<VerifierOptions> = {}) {
  return createVerifier({ issuer: url, onFeedLoss: 'accept', ...options })
}

async function withKeys(keys: unknown, options?: Partial<VerifierOptions>) {
  const issuer = await startIssuer(json({ keys }))
  const verifier = verifierOf(issuer, options)
  await verifier.ready()
  return {
    issuer,
    verifier,
    async [Symbol.asyncDispose]() {
      verifier.close()
      await issuer[Symbol.asyncDispose]()
    },
  }
}

const RSA = { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }), kid: 'other', use: 'sig' }
const P384 = { ...generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' }), kid: 'other', use: 'sig' }
const X25519 = { ...generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' }), kid: 'other' }

/** Keys that must not be used: variants of `other`, and invalid values. */
const INVALID_KEYS: Readonly<Record<string, unknown>> = {
  null: null,
  'a string': 'key',
  'a number': 7,
  'a boolean': true,
  'an array': [other.jwk],
  'an empty object': {},
  'use: "enc"': { ...other.jwk, use: 'enc' },
  'a use that is not a string': { ...other.jwk, use: null },
  'key_ops without verify': { ...other.jwk, key_ops: ['sign'] },
  'key_ops that are not a list': { ...other.jwk, key_ops: 'verify' },
  'another alg': { ...other.jwk, alg: 'ES256' },
  'a symmetric alg': { ...other.jwk, alg: 'HS256' },
  'another kty': { ...other.jwk, kty: 'EC' },
  'another curve': { ...other.jwk, crv: 'Ed448' },
  'a private key': { ...other.jwk, d: 'AAAA' },
  'a private key with d: null': { ...other.jwk, d: null },
  'no kid': { ...other.jwk, kid: undefined },
  'an empty kid': { ...other.jwk, kid: '' },
  'a kid that is not a string': { ...other.jwk, kid: 7 },
  'an overlong kid': { ...other.jwk, kid: 'x'.repeat(10_000) },
  'no x': { ...other.jwk, x: undefined },
  'an x that is not a string': { ...other.jwk, x: { length: 43 } },
  'a short x': { ...other.jwk, x: 'AAAA' },
  'a long x': { ...other.jwk, x: `${other.jwk.x}AAAA` },
  'an x with padding': { ...other.jwk, x: `${other.jwk.x}=` },
  'a y for a curve without y': { ...other.jwk, y: other.jwk.x },
  'a shared secret': { kty: 'oct', kid: 'other', k: 'AAAA' },
  'a point that is not on the curve': { ...elliptic.jwk, kid: 'other', y: elliptic.jwk.x },
  'the point zero': { ...elliptic.jwk, kid: 'other', x: 'A'.repeat(43), y: 'A'.repeat(43) },
  'a point without y': { ...elliptic.jwk, kid: 'other', y: undefined },
  RSA,
  'P-384': P384,
  X25519,
}

describe('an invalid key is skipped, and the others are used', () => {
  for (const [what, invalid] of Object.entries(INVALID_KEYS)) {
    test(what, async () => {
      for (const keys of [
        [invalid, issuerSigner.jwk, elliptic.jwk],
        [issuerSigner.jwk, elliptic.jwk, invalid],
      ]) {
        await using fixture = await withKeys(keys)
        equal(await verifyResult(fixture.verifier, issuerSigner.token(fixture.issuer.url)), 'ok')
        equal(await verifyResult(fixture.verifier, elliptic.token(fixture.issuer.url)), 'ok')
        equal(await verifyResult(fixture.verifier, other.token(fixture.issuer.url)), 'malformed')
      }
    })
  }

  test('a second key with the same kid', async () => {
    await using fixture = await withKeys([
      issuerSigner.jwk,
      { ...other.jwk, kid: 'ours' },
      { ...elliptic.jwk, kid: 'ours' },
      issuerSigner.jwk,
    ])
    equal(await verifyResult(fixture.verifier, issuerSigner.token(fixture.issuer.url)), 'ok')
    equal(await verifyResult(fixture.verifier, other.token(fixture.issuer.url, {}, { kid: 'ours' })), 'malformed')
    equal(await verifyResult(fixture.verifier, elliptic.token(fixture.issuer.url, {}, { kid: 'ours' })), 'malformed')
  })

  test('the second key of a kid whose first key is unusable', async () => {
    await using fixture = await withKeys([{ ...other.jwk, use: 'enc', kid: 'ours' }, issuerSigner.jwk])
    equal(await verifyResult(fixture.verifier, issuerSigner.token(fixture.issuer.url)), 'ok')
  })

  test('additional members of a key', async () => {
    await using fixture = await withKeys([
      { ...issuerSigner.jwk, key_ops: ['verify'], x5c: ['AAAA'], ext: true, use: undefined, alg: undefined },
    ])
    equal(await verifyResult(fixture.verifier, issuerSigner.token(fixture.issuer.url)), 'ok')
  })

  test('at most the first 100 keys are used', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => ({ ...other.jwk, kid: `k${index}` }))
    await using within = await withKeys([...many(99), issuerSigner.jwk])
    equal(await verifyResult(within.verifier, issuerSigner.token(within.issuer.url)), 'ok')
    await using beyond = await withKeys([...many(100), issuerSigner.jwk])
    equal(await verifyResult(beyond.verifier, issuerSigner.token(beyond.issuer.url)), 'malformed')
  })
})

test('only allowed algorithms are accepted', async () => {
  for (const algorithms of [['EdDSA'], ['ES256']] as const) {
    await using fixture = await withKeys([issuerSigner.jwk, elliptic.jwk], { algorithms })
    equal(await verifyResult(fixture.verifier, issuerSigner.token(fixture.issuer.url)), algorithms[0] === 'EdDSA' ? 'ok' : 'malformed')
    equal(await verifyResult(fixture.verifier, elliptic.token(fixture.issuer.url)), algorithms[0] === 'ES256' ? 'ok' : 'malformed')
  }
  for (const algorithms of [[], ['HS256'], ['none'], 'EdDSA', null]) {
    let message = ''
    try {
      createVerifier({ issuer: 'https://a.test', onFeedLoss: 'accept', algorithms: algorithms as never })
    } catch (error) {
      message = (error as Error).message
    }
    equal(message, 'algorithms: accepted is a list of EdDSA, ES256')
  }
})

test('a key verifies only with its own algorithm, whatever the token header says', async () => {
  await using fixture = await withKeys([issuerSigner.jwk, elliptic.jwk])
  const { url } = fixture.issuer
  const [header, claims] = elliptic.token(url).split('.')
  const text = `${header}.${claims}`
  for (const token of [
    issuerSigner.token(url, {}, { alg: 'ES256' }),
    issuerSigner.token(url, {}, { kid: 'elliptic' }),
    issuerSigner.token(url, {}, { alg: 'ES256', kid: 'elliptic' }),
    elliptic.token(url, {}, { alg: 'EdDSA' }),
    elliptic.token(url, {}, { kid: 'ours' }),
    elliptic.token(url, {}, { alg: 'EdDSA', kid: 'ours' }),
    `${text}.${signature('EdDSA', text, issuerSigner.privateKey)}`,
  ])
    equal(await verifyResult(fixture.verifier, token), 'malformed')
})

interface FailureCase {
  readonly code: FaultCode
  readonly listener: Listener
}

const html: Listener = (_request, response) =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in to the network</html>')
const status =
  (code: number, headers = {}): Listener =>
  (_request, response) =>
    void response.writeHead(code, headers).end(JSON.stringify({ keys: [other.jwk] }))

const FAILURES: Readonly<Record<string, FailureCase>> = {
  'a page': { code: 'jwks.invalid', listener: html },
  'an empty body': { code: 'jwks.invalid', listener: json('') },
  'a truncated key set': { code: 'jwks.invalid', listener: json(JSON.stringify({ keys: [issuerSigner.jwk] }).slice(0, -4)) },
  'bytes that are not UTF-8': {
    code: 'jwks.invalid',
    listener: (_request, response) => void response.end(Buffer.from([0xff, 0xfe, 0x7b])),
  },
  null: { code: 'jwks.invalid', listener: json('null') },
  'a list': { code: 'jwks.invalid', listener: json([issuerSigner.jwk]) },
  'no keys': { code: 'jwks.invalid', listener: json({}) },
  'keys that are not a list': { code: 'jwks.invalid', listener: json({ keys: { 0: issuerSigner.jwk, length: 1 } }) },
  'an empty list': { code: 'jwks.invalid', listener: json({ keys: [] }) },
  'only invalid keys': { code: 'jwks.invalid', listener: json({ keys: Object.values(INVALID_KEYS) }) },
  'status 500': { code: 'jwks.unavailable', listener: status(500) },
  'status 404': { code: 'jwks.unavailable', listener: status(404) },
  'a redirect': { code: 'jwks.unavailable', listener: status(302, { location: '/elsewhere.json' }) },
  'a broken connection': { code: 'jwks.unavailable', listener: (request) => void request.socket.destroy() },
  'a connection broken in the middle': {
    code: 'jwks.unavailable',
    listener: (request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"keys":[')
      setTimeout(() => request.socket.destroy(), 20)
    },
  },
  'a length of 60 MB': {
    code: 'jwks.too_large',
    listener: (_request, response) => void response.writeHead(200, { 'content-length': String(60e6) }).write('{"keys":['),
  },
  'a gzip file of 60 MB': {
    code: 'jwks.too_large',
    listener: (_request, response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(`{"keys":[${' '.repeat(60e6)}]}`)),
  },
  'a body that never ends': {
    code: 'jwks.unavailable',
    listener: (_request, response) => {
      response.writeHead(200).write('{"keys":[')
      const timer = setInterval(() => response.write(' '), 50)
      response.on('close', () => clearInterval(timer))
    },
  },
  'no response': { code: 'jwks.unavailable', listener: () => {} },
}

describe('an invalid key set is a fault with a code, and the previous keys stay', () => {
  for (const [what, { code, listener }] of Object.entries(FAILURES)) {
    test(what, async () => {
      await using fixture = await withKeys([issuerSigner.jwk])
      const { issuer, verifier } = fixture
      issuer.respondWith(listener)
      await rejects(verifier.ready(), (fault) => {
        ok(fault instanceof VerifierFault, String(fault))
        equal(fault.code, code)
        ok(fault.message.includes(issuer.url), fault.message)
        return true
      })
      equal(await verifyResult(verifier, issuerSigner.token(issuer.url)), 'ok')
      equal(await verifyResult(verifier, other.token(issuer.url)), 'malformed')
      issuer.respondWith(json({ keys: [other.jwk] }))
      await verifier.ready()
      equal(await verifyResult(verifier, other.token(issuer.url)), 'ok')
    })
  }
})

test('a key set of 60 MB is read only up to 256 KiB', async () => {
  await using fixture = await withKeys([issuerSigner.jwk])
  let written = 0
  let isClosed = false
  const closed = Promise.withResolvers<void>()
  fixture.issuer.respondWith((_request, response) => {
    response.writeHead(200).write('{"keys":[')
    response.on('close', () => {
      isClosed = true
      closed.resolve()
    })
    const chunk = ' '.repeat(64 * 1024)
    const more = () => {
      while (!isClosed && written < 60e6) {
        written += chunk.length
        if (!response.write(chunk)) return void response.once('drain', more)
      }
    }
    more()
  })
  await rejects(fixture.verifier.ready(), { code: 'jwks.too_large' })
  await closed.promise
  // The socket buffers of one machine hold some megabytes.
  ok(written < 30e6, `${written} bytes were read`)
})

test('a flood of tokens with unknown kids loads the keys at most once per second, and less often while loading fails', async () => {
  for (const isAway of [false, true]) {
    await using fixture = await withKeys([issuerSigner.jwk])
    if (isAway) fixture.issuer.respondWith(status(503))
    const began = performance.now()
    const before = fixture.issuer.keyRequests()
    for (let round = 0; round < 20; round += 1) {
      const flood = Array.from({ length: 50 }, (_, index) => other.token(fixture.issuer.url, {}, { kid: `made-up-${round}-${index}` }))
      deepEqual([...new Set(await Promise.all(flood.map((token) => verifyResult(fixture.verifier, token))))], ['malformed'])
      equal(await verifyResult(fixture.verifier, issuerSigner.token(fixture.issuer.url)), 'ok')
    }
    const seconds = (performance.now() - began) / 1000
    ok(fixture.issuer.keyRequests() - before <= 1 + seconds, `${fixture.issuer.keyRequests() - before} times in ${seconds} s`)
  }
})
