// Invalid revocation feeds and introspection responses: reading is bounded, and none makes a token acceptable.

import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createVerifier, VerifierFault } from '../../src/verify/index.ts'
import { EventParser } from '../../src/verify/server-sent-events.ts'
import { waitFor } from '../support/wait-for.ts'
import { json, type Listener, makeSigner, startIssuer } from './fake-issuer.ts'
import { verifyResult } from './verifier-fixture.ts'

const signer = makeSigner('EdDSA', 'k')
const jwks = json({ keys: [signer.jwk] })
const at = () => new Date().toISOString()
const event = (name: string, data: unknown, id = '1') =>
  `id: ${id}\nevent: ${name}\ndata: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`

const stream =
  (chunks: readonly string[]): Listener =>
  (request, response) => {
    if (request.url === '/.well-known/jwks.json') return jwks(request, response)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const chunk of chunks) response.write(chunk)
  }

const BAD: Readonly<Record<string, string>> = {
  'data that is not JSON': event('revoked', '{"sid":'),
  'data that is null': event('revoked', null),
  'data that is a list': event('heartbeat', []),
  'a revocation without a session id': event('revoked', { at: at() }),
  'a revocation with a session id that is not a string': event('revoked', { sid: { toString: 's' }, at: at() }),
  'a revocation with an overlong session id': event('revoked', { sid: 'x'.repeat(1000), at: at() }),
  'a change without roles': event('changed', { sid: 's', at: at() }),
  'a change with roles that are not a list': event('changed', { sid: 's', at: at(), roles: 'admin' }),
  'a change with a role that is not a string': event('changed', { sid: 's', at: at(), roles: [7] }),
  'a change with an invalid time': event('changed', { sid: 's', at: 'soon', roles: [] }),
  'a reset without a time': event('reset', { before: null }),
  'a reset with a number as time': event('reset', { before: 7 }),
  'a policy without a lifetime': event('policy', { at: at() }),
  'a policy with a lifetime of zero': event('policy', { at: at(), tokenLifetime: 0 }),
  'a policy with a lifetime that is not a number': event('policy', { at: at(), tokenLifetime: '300' }),
  'a heartbeat with an invalid time': event('heartbeat', { at: {} }),
  'a position that is not valid in a header': event('revoked', { sid: 's', at: at() }, 'ä'),
  'an overlong position': event('revoked', { sid: 's', at: at() }, '1'.repeat(100)),
  'an unterminated line': `data: ${'x'.repeat(100_000)}`,
  'a line that is too long': `data: ${'x'.repeat(100_000)}\n\n`,
  'an unterminated comment': `: ${'x'.repeat(100_000)}`,
  'an unterminated event': `data: ${'x'.repeat(1000)}\n`.repeat(100),
  'an unterminated event of empty lines': 'data:\n'.repeat(70_000),
}

describe('an invalid stream is a fault with a code, and from then on no token is accepted', () => {
  for (const [what, bad] of Object.entries(BAD)) {
    test(what, async () => {
      const good = event('policy', { at: at(), tokenLifetime: 300 }) + event('heartbeat', { at: at() })
      await using issuer = await startIssuer(stream([good, bad]))
      const faults: Error[] = []
      using verifier = createVerifier({ issuer: issuer.url, serviceKey: 'k', maxFeedLagMs: 300, onFault: (fault) => faults.push(fault) })
      await waitFor('a fault', () => faults.length > 0)
      ok(faults[0] instanceof VerifierFault, String(faults[0]))
      equal(faults[0].code, 'stream.invalid')
      issuer.respondWith(stream([bad]))
      await waitFor(
        'the feed to be unavailable',
        async () => (await verifyResult(verifier, signer.token(issuer.url))) === 'feed_unavailable',
      )
    })
  }
})

test('unknown events of a newer Latchkey are ignored', async () => {
  const newer = event('newer', { anything: [1] }) + event('heartbeat', { at: at(), more: true })
  await using issuer = await startIssuer(stream([event('policy', { at: at(), tokenLifetime: 300, more: {} }), newer]))
  using verifier = createVerifier({ issuer: issuer.url, serviceKey: 'k', maxFeedLagMs: 60_000 })
  await verifier.ready()
  equal(await verifyResult(verifier, signer.token(issuer.url)), 'ok')
})

test('redirects of the stream are not followed, and each fault has its code', async () => {
  const CASES: readonly (readonly [number, string])[] = [
    [302, 'stream.unavailable'],
    [500, 'stream.unavailable'],
    [204, 'stream.unavailable'],
    [401, 'service_key.refused'],
  ]
  for (const [status, code] of CASES) {
    const requestedUrls: string[] = []
    await using issuer = await startIssuer((request, response) => {
      requestedUrls.push(request.url ?? '')
      if (request.url === '/.well-known/jwks.json') jwks(request, response)
      else response.writeHead(status, { location: '/elsewhere' }).end()
    })
    const faults: Error[] = []
    using _verifier = createVerifier({ issuer: issuer.url, serviceKey: 'k', onFault: (fault) => faults.push(fault) })
    await waitFor('a fault', () => faults.length > 0)
    deepEqual([faults[0] instanceof VerifierFault && faults[0].code, requestedUrls.includes('/elsewhere')], [code, false])
  }
})

test('the parser holds at most one line and one event of bounded length, wherever the stream is cut', () => {
  for (const size of [1_000, 65_000, 200_000]) {
    for (const text of [`data: ${'x'.repeat(150_000)}`, 'data: xxxxxxxx\n'.repeat(10_000), `: ${'x'.repeat(150_000)}\n`]) {
      const parser = new EventParser('')
      throws(() => {
        for (let index = 0; index < text.length; index += size) parser.push(text.slice(index, index + size))
      }, VerifierFault)
    }
  }
  const parser = new EventParser('')
  for (let round = 0; round < 100; round += 1)
    equal(parser.push(`data: ${'x'.repeat(60_000)}\n\n`).length, 1, 'the limit applies to each event')
})

const RESPONSES: Readonly<Record<string, readonly [expected: string, listener: Listener]>> = {
  'Latchkey accepts it': ['ok', json({ user: { id: 'u' }, session: { id: 's' }, via: 'token' })],
  'another session': ['feed_unavailable', json({ user: { id: 'u' }, session: { id: 'other' }, via: 'token' })],
  'no session': ['feed_unavailable', json({ user: 'u' })],
  null: ['feed_unavailable', json('null')],
  'a page': [
    'feed_unavailable',
    (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
  ],
  'a redirect': ['feed_unavailable', (_request, response) => void response.writeHead(302, { location: '/' }).end()],
  'status 204': ['feed_unavailable', (_request, response) => void response.writeHead(204).end()],
  'status 500': ['feed_unavailable', (_request, response) => void response.writeHead(500).end('{"code":"server.busy"}')],
  'a 401 of another server': ['feed_unavailable', (_request, response) => void response.writeHead(401).end('{}')],
  'a 401 with a page': ['feed_unavailable', (_request, response) => void response.writeHead(401).end('<html>')],
  'a 401 with null': ['feed_unavailable', (_request, response) => void response.writeHead(401).end('null')],
  'a revoked session': [
    'session_ended',
    (_request, response) => void response.writeHead(401).end('{"code":"token.invalid","reason":"session_ended"}'),
  ],
  'an unknown reason': ['malformed', (_request, response) => void response.writeHead(401).end('{"code":"token.invalid","reason":["ok"]}')],
  'a required DPoP proof': ['feed_unavailable', (_request, response) => void response.writeHead(401).end('{"code":"proof.required"}')],
  '60 MB': [
    'feed_unavailable',
    (_request, response) => void response.writeHead(200).end(`{"session":{"id":"s"},"more":"${'x'.repeat(60e6)}"}`),
  ],
  'a slow body': [
    'feed_unavailable',
    (_request, response) => {
      response.writeHead(200).write('{"session":{"id":"s"}')
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(timer))
    },
  ],
}

describe('for introspection, only responses of Latchkey count', () => {
  for (const [what, [expected, listener]] of Object.entries(RESPONSES)) {
    test(`${what}: ${expected}`, async () => {
      await using issuer = await startIssuer((request, response) =>
        request.url === '/.well-known/jwks.json' ? jwks(request, response) : listener(request, response),
      )
      using verifier = createVerifier({ issuer: issuer.url, onFeedLoss: 'introspect' })
      equal(await verifyResult(verifier, signer.token(issuer.url)), expected)
    })
  }
})
