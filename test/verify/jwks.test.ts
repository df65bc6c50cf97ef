// Key sets that are odd, hostile or not there: the odd key is skipped, what is too much is not read, and the keys of before stay.

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

/** Keys that stand for `other`, or for nothing, and are not to be used. */
const INVALID_KEYS: Readonly<Record<string, unknown>> = {
  null: null,
  'a text': 'key',
  'a number': 7,
  'a boolean': true,
  'an array': [other.jwk],
  'an empty object': {},
  'use: "enc"': { ...other.jwk, use: 'enc' },
  'a use that is no text': { ...other.jwk, use: null },
  'key_ops without verify': { ...other.jwk, key_ops: ['sign'] },
  'key_ops that are no list': { ...other.jwk, key_ops: 'verify' },
  'another alg': { ...other.jwk, alg: 'ES256' },
  'an alg of secrets': { ...other.jwk, alg: 'HS256' },
  'another kty': { ...other.jwk, kty: 'EC' },
  'another curve': { ...other.jwk, crv: 'Ed448' },
  'its private half': { ...other.jwk, d: 'AAAA' },
  'its private half, emptied': { ...other.jwk, d: null },
  'no kid': { ...other.jwk, kid: undefined },
  'an empty kid': { ...other.jwk, kid: '' },
  'a kid that is no text': { ...other.jwk, kid: 7 },
  'an endless kid': { ...other.jwk, kid: 'x'.repeat(10_000) },
  'no x': { ...other.jwk, x: undefined },
  'an x that is no text': { ...other.jwk, x: { length: 43 } },
  'a short x': { ...other.jwk, x: 'AAAA' },
  'a long x': { ...other.jwk, x: `${other.jwk.x}AAAA` },
  'an x in another spelling': { ...other.jwk, x: `${other.jwk.x}=` },
  'a y it does not have': { ...other.jwk, y: other.jwk.x },
  'a shared secret': { kty: 'oct', kid: 'other', k: 'AAAA' },
  'a point that is not on the curve': { ...elliptic.jwk, kid: 'other', y: elliptic.jwk.x },
  'the point zero': { ...elliptic.jwk, kid: 'other', x: 'A'.repeat(43), y: 'A'.repeat(43) },
  'a point without y': { ...elliptic.jwk, kid: 'other', y: undefined },
  RSA,
  'P-384': P384,
  X25519,
}

describe('A key that is odd is skipped, and the others are used', () => {
  for (const [what, odd] of Object.entries(INVALID_KEYS)) {
    test(what, async () => {
      for (const keys of [
        [odd, issuerSigner.jwk, elliptic.jwk],
        [issuerSigner.jwk, elliptic.jwk, odd],
      ]) {
        await using set = await withKeys(keys)
        equal(await verifyResult(set.verifier, issuerSigner.token(set.issuer.url)), 'ok')
        equal(await verifyResult(set.verifier, elliptic.token(set.issuer.url)), 'ok')
        equal(await verifyResult(set.verifier, other.token(set.issuer.url)), 'malformed')
      }
    })
  }

  test('a second key of the same kid', async () => {
    await using set = await withKeys([issuerSigner.jwk, { ...other.jwk, kid: 'ours' }, { ...elliptic.jwk, kid: 'ours' }, issuerSigner.jwk])
    equal(await verifyResult(set.verifier, issuerSigner.token(set.issuer.url)), 'ok')
    equal(await verifyResult(set.verifier, other.token(set.issuer.url, {}, { kid: 'ours' })), 'malformed')
    equal(await verifyResult(set.verifier, elliptic.token(set.issuer.url, {}, { kid: 'ours' })), 'malformed')
  })

  test('the second one of a kid whose first one cannot be used', async () => {
    await using set = await withKeys([{ ...other.jwk, use: 'enc', kid: 'ours' }, issuerSigner.jwk])
    equal(await verifyResult(set.verifier, issuerSigner.token(set.issuer.url)), 'ok')
  })

  test('members that a key may have besides', async () => {
    await using set = await withKeys([
      { ...issuerSigner.jwk, key_ops: ['verify'], x5c: ['AAAA'], ext: true, use: undefined, alg: undefined },
    ])
    equal(await verifyResult(set.verifier, issuerSigner.token(set.issuer.url)), 'ok')
  })

  test('of more than 100 keys the first 100 count', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => ({ ...other.jwk, kid: `k${index}` }))
    await using within = await withKeys([...many(99), issuerSigner.jwk])
    equal(await verifyResult(within.verifier, issuerSigner.token(within.issuer.url)), 'ok')
    await using beyond = await withKeys([...many(100), issuerSigner.jwk])
    equal(await verifyResult(beyond.verifier, issuerSigner.token(beyond.issuer.url)), 'malformed')
  })
})

test('Only the algorithms that are allowed are accepted', async () => {
  for (const algorithms of [['EdDSA'], ['ES256']] as const) {
    await using set = await withKeys([issuerSigner.jwk, elliptic.jwk], { algorithms })
    equal(await verifyResult(set.verifier, issuerSigner.token(set.issuer.url)), algorithms[0] === 'EdDSA' ? 'ok' : 'malformed')
    equal(await verifyResult(set.verifier, elliptic.token(set.issuer.url)), algorithms[0] === 'ES256' ? 'ok' : 'malformed')
  }
  for (const algorithms of [[], ['HS256'], ['none'], 'EdDSA', null]) {
    let said = ''
    try {
      createVerifier({ issuer: 'https://a.test', onFeedLoss: 'accept', algorithms: algorithms as never })
    } catch (error) {
      said = (error as Error).message
    }
    equal(said, 'algorithms: accepted is a list of EdDSA, ES256')
  }
})

test('A key verifies with its own algorithm alone, whatever the token says', async () => {
  await using set = await withKeys([issuerSigner.jwk, elliptic.jwk])
  const { url } = set.issuer
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
    equal(await verifyResult(set.verifier, token), 'malformed')
})

interface FailureCase {
  readonly code: FaultCode
  readonly answer: Listener
}

const html: Listener = (_request, response) =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in to the network</html>')
const status =
  (code: number, headers = {}): Listener =>
  (_request, response) =>
    void response.writeHead(code, headers).end(JSON.stringify({ keys: [other.jwk] }))

const FAILURES: Readonly<Record<string, FailureCase>> = {
  'a page': { code: 'jwks.invalid', answer: html },
  'nothing at all': { code: 'jwks.invalid', answer: json('') },
  'half of it': { code: 'jwks.invalid', answer: json(JSON.stringify({ keys: [issuerSigner.jwk] }).slice(0, -4)) },
  'bytes that are no text': { code: 'jwks.invalid', answer: (_request, response) => void response.end(Buffer.from([0xff, 0xfe, 0x7b])) },
  null: { code: 'jwks.invalid', answer: json('null') },
  'a list': { code: 'jwks.invalid', answer: json([issuerSigner.jwk]) },
  'no keys': { code: 'jwks.invalid', answer: json({}) },
  'keys that are no list': { code: 'jwks.invalid', answer: json({ keys: { 0: issuerSigner.jwk, length: 1 } }) },
  'an empty list': { code: 'jwks.invalid', answer: json({ keys: [] }) },
  'odd keys alone': { code: 'jwks.invalid', answer: json({ keys: Object.values(INVALID_KEYS) }) },
  'status 500': { code: 'jwks.unavailable', answer: status(500) },
  'status 404': { code: 'jwks.unavailable', answer: status(404) },
  'a redirect': { code: 'jwks.unavailable', answer: status(302, { location: '/elsewhere.json' }) },
  'a connection that breaks': { code: 'jwks.unavailable', answer: (request) => void request.socket.destroy() },
  'a connection that breaks in the middle': {
    code: 'jwks.unavailable',
    answer: (request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"keys":[')
      setTimeout(() => request.socket.destroy(), 20)
    },
  },
  'a length of 60 MB': {
    code: 'jwks.too_large',
    answer: (_request, response) => void response.writeHead(200, { 'content-length': String(60e6) }).write('{"keys":['),
  },
  'a small file that unpacks to 60 MB': {
    code: 'jwks.too_large',
    answer: (_request, response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(`{"keys":[${' '.repeat(60e6)}]}`)),
  },
  'a drip that never ends': {
    code: 'jwks.unavailable',
    answer: (_request, response) => {
      response.writeHead(200).write('{"keys":[')
      const timer = setInterval(() => response.write(' '), 50)
      response.on('close', () => clearInterval(timer))
    },
  },
  'no answer at all': { code: 'jwks.unavailable', answer: () => {} },
}

describe('What is no key set is a fault with a code, and the keys of before stay', () => {
  for (const [what, { code, answer }] of Object.entries(FAILURES)) {
    test(what, async () => {
      await using set = await withKeys([issuerSigner.jwk])
      const { issuer, verifier } = set
      issuer.respondWith(answer)
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

test('A key set of 60 MB is read no further than 256 KiB', async () => {
  await using set = await withKeys([issuerSigner.jwk])
  let written = 0
  let isClosed = false
  const closed = Promise.withResolvers<void>()
  set.issuer.respondWith((_request, response) => {
    response.writeHead(200).write('{"keys":[')
    response.on('close', () => {
      isClosed = true
      closed.resolve()
    })
    const piece = ' '.repeat(64 * 1024)
    const more = () => {
      while (!isClosed && written < 60e6) {
        written += piece.length
        if (!response.write(piece)) return void response.once('drain', more)
      }
    }
    more()
  })
  await rejects(set.verifier.ready(), { code: 'jwks.too_large' })
  await closed.promise
  // What lies in the buffers between two sockets of one machine is some megabytes.
  ok(written < 30e6, `${written} bytes were taken`)
})

test('A flood of tokens with made-up kids asks for the keys once a second at most, and less often while they cannot be had', async () => {
  for (const isAway of [false, true]) {
    await using set = await withKeys([issuerSigner.jwk])
    if (isAway) set.issuer.respondWith(status(503))
    const began = performance.now()
    const before = set.issuer.keyRequests()
    for (let round = 0; round < 20; round += 1) {
      const flood = Array.from({ length: 50 }, (_, index) => other.token(set.issuer.url, {}, { kid: `made-up-${round}-${index}` }))
      deepEqual([...new Set(await Promise.all(flood.map((token) => verifyResult(set.verifier, token))))], ['malformed'])
      equal(await verifyResult(set.verifier, issuerSigner.token(set.issuer.url)), 'ok')
    }
    const seconds = (performance.now() - began) / 1000
    ok(set.issuer.keyRequests() - before <= 1 + seconds, `${set.issuer.keyRequests() - before} times in ${seconds} s`)
  }
})
