// Subscribers of the stream of endings that never read: they are cut off, hold little, hold nobody up, and are bounded in number.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { toNodeHandler } from '../../src/adapters/node.ts'
import { addServiceKey, type NewServiceKey } from '../../src/engine/keys.ts'
import type { HttpRequest } from '../../src/http/message.ts'
import { isStreaming } from '../../src/http/message.ts'
import { MAX_SUBSCRIBERS, SubscriberLimiter } from '../../src/http/subscriber-limits.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { temporaryFolder } from '../support/server.ts'

const PATH = '/access/revocations'

/** 500 streams on a loaded machine take their time: the limit of the test is the only one. */
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

test('500 subscribers that never read are closed, and one that reads beside them hears everything', { timeout: 300_000 }, async (t) => {
  await using latchkey = await startInProcess()
  const key = await serviceKey(latchkey)
  const folder = await temporaryFolder()
  const listener = toNodeHandler(latchkey)
  // Over sockets of the machine itself the kernel takes some hundred kilobytes for each, over TCP some megabytes.
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
  let heard = ''
  const healthy = subscribe().on('data', (piece) => {
    heard += piece.toString()
  })
  healthy.resume()
  for (let index = 0; index < 500; index += 1) await once(subscribe(), 'connect')
  await until(async () => (await open()) === 501)
  await until(() => heard.includes('heartbeat'))
  await endMany(latchkey, 1, 'early')
  const before = process.memoryUsage()
  // More than the kernel takes for those who read nothing.
  await endMany(latchkey, 200, `flood-${'x'.repeat(2_000)}`)
  await until(() => heard.includes('x-199"'))
  const within = process.memoryUsage()
  const used = (within.heapUsed + within.external - before.heapUsed - before.external) / 500
  t.diagnostic(`${Math.round(used / 1024)} KiB for each while they stall, without what the kernel holds`)
  await until(async () => (await open()) === 1)
  await endMany(latchkey, 5, 'late')
  await until(() => heard.includes('late-4"'))
  // Who was closed is waited for no longer when it is asked who has heard of an ending.
  const acknowledged = await latchkey.engine.acknowledgementCollector.confirmPropagation()
  deepEqual([acknowledged.verifiers, acknowledged.behind], [1, 0])
})

function asked(authorization: string, method = 'GET'): HttpRequest {
  const headers = new Map([['authorization', authorization]])
  const rest = { query: '', address: '192.0.2.1', peer: '192.0.2.1', body: async () => new Uint8Array() }
  return { method, path: PATH, header: (name) => headers.get(name) ?? null, ...rest }
}

test('With a service key as many may follow as are allowed; the next one is 503 with Retry-After, until somebody leaves', async () => {
  await using latchkey = await startInProcess()
  const key = `Service ${await serviceKey(latchkey)}`
  const other = `Service ${await serviceKey(latchkey)}`
  const join = async (authorization: string) => {
    const { status, headers, body } = await latchkey.handle(asked(authorization))
    if (!isStreaming(body)) return { status, headers, leave: async () => {} }
    const pieces = body[Symbol.asyncIterator]()
    ok(!(await pieces.next()).done)
    return { status, headers, leave: async () => void (await pieces.return?.()) }
  }
  const joined = await Promise.all(Array.from({ length: MAX_SUBSCRIBERS.perKey }, () => join(key)))
  deepEqual([...new Set(joined.map(({ status }) => status))], [200])
  const refused = await join(key)
  deepEqual([refused.status, refused.headers['retry-after']], [503, '5'])
  // What is asked for and never read takes no place.
  for (let round = 0; round < 50; round += 1) equal((await latchkey.handle(asked(other, 'HEAD'))).status, 200)
  const another = await join(other)
  equal(another.status, 200, 'other services go on')
  await joined[0]?.leave()
  const again = await join(key)
  equal(again.status, 200)
  for (const { leave } of [...joined, another, again]) await leave()
})

test('Places are counted for each key and for all, and given back once', () => {
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
