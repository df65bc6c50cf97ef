// A verifier with a faulty issuer or a faulty onFault: no resources pile up or leak.

import { equal, ok } from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createVerifier } from '../../src/verify/index.ts'
import { waitFor } from '../support/wait-for.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const KEYS = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k' }] })

const servers: Server[] = []
after(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

/** An issuer that serves its keys, and handles everything else with this listener. */
async function startIssuerWith(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ issuer: string; server: Server }> {
  const server = createServer((request, response) => {
    if (request.url?.includes('jwks')) response.end(KEYS)
    else listener(request, response)
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return { issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function tokenOf(issuer: string): string {
  const iat = Math.floor(Date.now() / 1000)
  const claims = { iss: issuer, aud: issuer, sub: 'u', client_id: 'latchkey', sid: 's', jti: 'j', iat, exp: iat + 300, auth_time: iat }
  const text = `${part({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k' })}.${part({ ...claims, amr: ['pwd'], roles: [] })}`
  return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`
}

const heartbeat = () => `id: 1\nevent: heartbeat\ndata: ${JSON.stringify({ at: new Date().toISOString() })}\n\n`

test('a failed stream is closed before the next one is opened', async () => {
  let open = 0
  let most = 0
  let opened = 0
  const { issuer } = await startIssuerWith((_request, response) => {
    open += 1
    opened += 1
    most = Math.max(most, open)
    response.on('close', () => {
      open -= 1
    })
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: no JSON\n\n')
  })
  const verifier = createVerifier({ issuer, serviceKey: 'k' })
  await waitFor('several attempts', () => opened >= 4)
  verifier.close()
  await waitFor('the last one to be closed', () => open === 0)
  ok(most <= 2, `${most} streams at once`)
})

test('an exception in onFault does not stop the revocation stream', async () => {
  let isBack = false
  const { issuer } = await startIssuerWith((_request, response) => {
    if (isBack) response.writeHead(200, { 'content-type': 'text/event-stream' }).write(heartbeat())
    else response.writeHead(500).end()
  })
  let faults = 0
  const onFault = () => {
    faults += 1
    throw new Error('My own')
  }
  using verifier = createVerifier({ issuer, serviceKey: 'k', onFault })
  await waitFor('a fault', () => faults > 0)
  isBack = true
  await verifier.ready()
  equal((await verifier.verify(tokenOf(issuer))).ok, true)
})

test('unread responses hold no connections', async () => {
  let open = 0
  let most = 0
  const { issuer, server } = await startIssuerWith((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ session: { id: 's' }, more: 'x'.repeat(100_000) }))
  })
  server.on('connection', (connection) => {
    open += 1
    most = Math.max(most, open)
    connection.once('close', () => {
      open -= 1
    })
  })
  using verifier = createVerifier({ issuer, onFeedLoss: 'introspect' })
  await verifier.ready()
  const token = tokenOf(issuer)
  for (let round = 0; round < 60; round += 1) equal((await verifier.verify(token)).ok, false)
  ok(most <= 6, `${most} connections at once`)
})

test('a verifier closed while waiting to reconnect leaves no timer', async () => {
  const { issuer } = await startIssuerWith((_request, response) => response.writeHead(500).end())
  const before = timers()
  let faults = 0
  const verifier = createVerifier({ issuer, serviceKey: 'k', onFault: () => (faults += 1) })
  // By then the delay is long enough.
  await waitFor('several faults', () => faults >= 6)
  verifier.close()
  await pause(50)
  ok(timers() <= before, `${timers()} timers, ${before} before`)
})

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}

test('a long list of retained events is received completely, even over a slow connection', async () => {
  const { issuer } = await startIssuerWith((_request, response) => {
    const at = () => new Date().toISOString()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`id: 0\nevent: policy\ndata: ${JSON.stringify({ at: at(), tokenLifetime: 300 })}\n\n`)
    void (async () => {
      for (let index = 0; index < 12; index += 1) {
        await pause(200)
        response.write(`id: 0\nevent: revoked\ndata: ${JSON.stringify({ sid: `other-${index}`, at: at(), reason: 'revoked' })}\n\n`)
      }
      while (!response.destroyed) {
        response.write(heartbeat())
        await pause(200)
      }
    })()
  })
  using verifier = createVerifier({ issuer, serviceKey: 'k' })
  await verifier.ready()
  equal((await verifier.verify(tokenOf(issuer))).ok, true)
})
