// Subscribers of the revocation feed that never read: they are disconnected, use little memory, delay no other, and are limited in number.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { toNodeHandler } from '../../src/adapters/node.ts'
import { addServiceKey, type NewServiceKey } from '../../src/engine/key-management.ts'
import type { HttpRequest } from '../../src/http/message.ts'
import { isStreaming } from '../../src/http/message.ts'
import { MAX_SUBSCRIBERS, SubscriberLimiter } from '../../src/http/subscriber-limits.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { temporaryFolder } from '../support/server.ts'

const PATH = '/access/revocations'

/** 500 streams take long on a loaded machine: only the test's timeout limits the wait. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20))
}

async function serviceKey({ engine }: InProcess): Promise<string> {
  return ((await addServiceKey(engine, 'operator', 'shop')) as NewServiceKey).value
}

async function endMany({ engine, clock }: InProcess, count: number, name: string): Promise<void> {
  const at = clock.now()
  await engine.store.write(
    Array.from({ length: count }, (_, index) => {
      const entry = { kind: 'revoked', sid: `${name}-${index}`, at, reason: 'revoked' } as const
      return { do: 'append entry', entry } as const
    }),
  )
}

test('500 subscribers that never read are closed, and one that reads gets everything', { timeout: 300_000 }, async (t) => {
  await using latchkey = await startInProcess()
  const key = await serviceKey(latchkey)
  const folder = await temporaryFolder()
  const listener = toNodeHandler(latchkey)
  // On Unix sockets the kernel buffers some hundred kilobytes for each, over TCP some megabytes.
  const path = join(folder, 'socket')
  const server = createServer((request, response) => void listener(request, response)).listen(path)
  await once(server, 'listening')
  const sockets: Socket[] = []
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await rm(folder, { recursive: true, force: true })
  })
  const subscribe = () => {
    const socket = connect(path).on('error', () => {})
    socket.pause().write(`GET ${PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Service ${key}\r\n\r\n`)
    sockets.push(socket)
    return socket
  }
  const open = () => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))
  let received = ''
  const healthy = subscribe().on('data', (piece) => {
    received += piece.toString()
  })
  healthy.resume()
  for (let index = 0; index < 500; index += 1) await once(subscribe(), 'connect')
  await until(async () => (await open()) === 501)
  await until(() => received.includes('heartbeat'))
  await endMany(latchkey, 1, 'early')
  const before = process.memoryUsage()
  // More than the kernel buffers for subscribers that read nothing.
  await endMany(latchkey, 200, `flood-${'x'.repeat(2_000)}`)
  await until(() => received.includes('x-199"'))
  const within = process.memoryUsage()
  const used = (within.heapUsed + within.external - before.heapUsed - before.external) / 500
  t.diagnostic(`${Math.round(used / 1024)} KiB for each while they stall, without what the kernel holds`)
  await until(async () => (await open()) === 1)
  await endMany(latchkey, 5, 'late')
  await until(() => received.includes('late-4"'))
  // Closed subscribers are not waited for in an acknowledgement.
  const acknowledged = await latchkey.engine.acknowledgementCollector.confirmPropagation()
  deepEqual([acknowledged.verifiers, acknowledged.behind], [1, 0])
})

function requestWith(authorization: string, method = 'GET'): HttpRequest {
  const headers = new Map([['authorization', authorization]])
  const rest = { query: '', address: '192.0.2.1', peer: '192.0.2.1', body: async () => new Uint8Array() }
  return { method, path: PATH, header: (name) => headers.get(name) ?? null, ...rest }
}

test('Subscribers are limited for each service key: the next one gets 503 with Retry-After, until one leaves', async () => {
  await using latchkey = await startInProcess()
  const key = `Service ${await serviceKey(latchkey)}`
  const other = `Service ${await serviceKey(latchkey)}`
  const join = async (authorization: string) => {
    const { status, headers, body } = await latchkey.handle(requestWith(authorization))
    if (!isStreaming(body)) return { status, headers, leave: async () => {} }
    const pieces = body[Symbol.asyncIterator]()
    ok(!(await pieces.next()).done)
    return { status, headers, leave: async () => void (await pieces.return?.()) }
  }
  const joined = await Promise.all(Array.from({ length: MAX_SUBSCRIBERS.perKey }, () => join(key)))
  deepEqual([...new Set(joined.map(({ status }) => status))], [200])
  const refused = await join(key)
  deepEqual([refused.status, refused.headers['retry-after']], [503, '5'])
  // A stream that is never read takes no place.
  for (let round = 0; round < 50; round += 1) equal((await latchkey.handle(requestWith(other, 'HEAD'))).status, 200)
  const another = await join(other)
  equal(another.status, 200, 'other services continue')
  await joined[0]?.leave()
  const again = await join(key)
  equal(again.status, 200)
  for (const { leave } of [...joined, another, again]) await leave()
})

test('Places are counted for each key and in total, and released once', () => {
  const subscribers = new SubscriberLimiter({ all: 3, perKey: 2 })
  const leave = subscribers.join('a')
  ok(leave && subscribers.join('a'))
  equal(subscribers.join('a'), undefined)
  ok(subscribers.join('b'))
  equal(subscribers.join('b'), undefined, 'all places are taken')
  leave()
  leave()
  deepEqual([subscribers.hasRoom('a'), subscribers.hasRoom('b')], [true, true])
  ok(subscribers.join('b'))
  equal(subscribers.hasRoom('a'), false)
})
