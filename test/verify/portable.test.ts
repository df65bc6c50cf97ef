// latchkey/verify needs only fetch and Web Crypto: bundled, it runs in a realm without Node's globals.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import vm from 'node:vm'
import { bundle } from '../support/client-bundle.ts'
import { waitFor } from '../support/wait-for.ts'
import { makeSigner } from './fake-issuer.ts'
import { startVerifierFixture, type VerifierFixture } from './verifier-fixture.ts'

let fixture: VerifierFixture
let code: string
before(async () => {
  fixture = await startVerifierFixture()
  const built = await bundle('src/verify/index.ts')
  code = built.code
  deepEqual(
    built.sources.filter((source) => !/^src\/(verify|domain)\//.test(source)),
    [],
  )
})
after(() => fixture[Symbol.asyncDispose]())

test('the bundle references nothing of Node', () => {
  ok(!/node:|\brequire\(|\bprocess\b|\bBuffer\b/.test(code))
})

test('the bundle runs in a realm with only fetch, Web Crypto, streams and timers', async () => {
  const script = code.replace(/export\s*\{[^}]*?([\w$]+) as createVerifier\b[^}]*\};?\s*$/, 'globalThis.createVerifier = $1')
  const web = {
    fetch,
    crypto,
    TextDecoder,
    TextEncoder,
    AbortController,
    AbortSignal,
    URL,
    Headers,
    Uint8Array,
    atob,
    btoa,
    performance,
    setTimeout,
    clearTimeout,
  }
  const realm = vm.createContext({ ...web })
  vm.runInContext(`(() => { ${script} })()`, realm)
  realm.options = { issuer: fixture.server.publicUrl, serviceKey: fixture.serviceKey }
  const verifier = vm.runInContext('createVerifier(options)', realm)
  await verifier.ready()
  const visitor = await fixture.visitor()
  equal((await verifier.verify(visitor.token)).ok, true)
  await visitor.callWithToken('POST', `/access/logout/${visitor.userId}`)
  await waitFor('the revocation to arrive', async () => (await verifier.verify(visitor.token)).reason === 'session_ended')
  verifier.close()
})

test('a stream can be cut between any two characters', async () => {
  const { EventParser } = await import('../../src/verify/server-sent-events.ts')
  const stream =
    ': comment\r\nid: 7\r\nevent: revoked\r\ndata: {"a":1}\r\n\r\nevent: x\ndata: one\ndata: two\nid: 8\n\ndata\n\nretry: 5\nevent: none\n\n'
  const expected = new EventParser('').push(stream)
  deepEqual(expected, [
    { name: 'revoked', data: '{"a":1}', lastEventId: '7' },
    { name: 'x', data: 'one\ntwo', lastEventId: '8' },
    { name: 'message', data: '', lastEventId: '8' },
  ])
  for (let size = 1; size < 9; size += 1) {
    const parser = new EventParser('')
    const events = []
    for (let at = 0; at < stream.length; at += size) events.push(...parser.push(stream.slice(at, at + size)))
    deepEqual(events, expected, `cut every ${size} characters`)
  }
})

test('a server that sends something else is a fault and no heartbeat', async () => {
  let body = '<html>Sign in to the network</html>'
  let type = 'text/html'
  const server = createServer((request, response) => {
    if (request.url?.includes('jwks')) response.end(JSON.stringify({ keys: [makeSigner('EdDSA', 'k').jwk] }))
    else response.writeHead(200, { 'content-type': type }).end(body)
  }).listen(0, '127.0.0.1')
  await waitFor('the server to listen', () => server.listening)
  const faults: string[] = []
  const { createVerifier } = await import('../../src/verify/index.ts')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  using verifier = createVerifier({ issuer, serviceKey: 'k', onFault: ({ message }) => void faults.push(message) })
  await waitFor('a fault', () => faults.length > 0)
  type = 'text/event-stream'
  body = 'event: heartbeat\ndata: not json\n\n'
  const before = faults.length
  await waitFor('another fault', () => faults.slice(before).some((fault) => /JSON/.test(fault)))
  equal(verifier.feedLagMs(), Number.POSITIVE_INFINITY)
  server.close()
})
