// A streaming response is produced at the client's pace, and ends when the client disconnects, through node:http and fetch.

import { equal, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { toNodeHandler } from '../../src/adapters/node.ts'
import { toResponse } from '../../src/http/fetch.ts'
import type { HttpResponse } from '../../src/http/message.ts'
import { temporaryFolder } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'

const CHUNK = 'x'.repeat(64 * 1024)

/** An endless response that counts its chunks and records when it is released. */
function endless() {
  const seen = { made: 0, returned: false }
  async function* pieces() {
    try {
      for (;;) {
        seen.made += 1
        yield CHUNK
      }
    } finally {
      seen.returned = true
    }
  }
  const answer: HttpResponse = { status: 200, headers: { 'content-type': 'text/plain' }, cookies: [], body: pieces() }
  return { seen, answer }
}

test('Through node:http nothing is produced for a client that does not read, nor after it has disconnected', async () => {
  const { seen, answer } = endless()
  const listener = toNodeHandler({ handle: async () => answer })
  const server = createServer((request, response) => void listener(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await waitFor('the reader’s buffers to be full', async () => {
    const before = seen.made
    await pause(100)
    return before > 0 && seen.made === before
  })
  ok(seen.made < 1_000, `${seen.made} chunks`)
  equal(seen.returned, false)
  socket.destroy()
  await waitFor('the response to be released', () => seen.returned)
  server.close()
})

test('Through fetch the same holds', async () => {
  const { seen, answer } = endless()
  const reader = toResponse(answer).body?.getReader()
  ok(reader)
  await reader.read()
  await pause(50)
  ok(seen.made <= 3, `${seen.made} chunks`)
  await reader.cancel()
  equal(seen.returned, true)
})

/** Waits for everything that needs no timer. */
async function untilSettled(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setImmediate(resolve))
}

test('500 clients that never read are disconnected after 5 s with one chunk held for each, and one that reads continues', async (t) => {
  const folder = await temporaryFolder()
  const stalled: ReturnType<typeof endless>['seen'][] = []
  let healthy = 0
  async function* brief() {
    for (;;) {
      yield 'x'
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const handle = async ({ path }: { path: string }): Promise<HttpResponse> => {
    if (path === '/healthy') return { status: 200, headers: {}, cookies: [], body: brief() }
    const { seen, answer } = endless()
    stalled.push(seen)
    return answer
  }
  const listener = toNodeHandler({ handle })
  // On Unix sockets the kernel buffers some hundred kilobytes for each, over TCP some megabytes.
  const path = join(folder, 'socket')
  const server = createServer((request, response) => void listener(request, response)).listen(path)
  await once(server, 'listening')
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const sockets: Socket[] = []
  const ask = (target: string) => {
    const socket = connect(path).on('error', () => {})
    socket.pause().write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`)
    sockets.push(socket)
    return socket
  }
  for (let index = 0; index < 500; index += 1) ask('/')
  const reader = ask('/healthy').on('data', ({ length }) => {
    healthy += length
  })
  reader.resume()
  const made = () => stalled.reduce((sum, seen) => sum + seen.made, 0)
  let before = -1
  await untilSettled(() => stalled.length === 500 && healthy > 0)
  while (made() !== before) {
    before = made()
    for (let round = 0; round < 300; round += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  t.mock.timers.tick(4_999)
  for (let round = 0; round < 100; round += 1) await new Promise((resolve) => setImmediate(resolve))
  equal(stalled.filter(({ returned }) => returned).length, 0)
  t.mock.timers.tick(1)
  await untilSettled(() => stalled.every(({ returned }) => returned))
  const open = () => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))
  while ((await open()) > 1) await new Promise((resolve) => setImmediate(resolve))
  const before5s = healthy
  await untilSettled(() => healthy > before5s + 100)
  equal(await open(), 1)
  t.mock.timers.reset()
  for (const socket of sockets) socket.destroy()
  server.close()
  await rm(folder, { recursive: true, force: true })
})

test('Through fetch a client that reads nothing for 5 s is disconnected', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { seen, answer } = endless()
  const reader = toResponse(answer).body?.getReader()
  ok(reader)
  for (let round = 0; round < 20; round += 1) {
    await reader.read()
    t.mock.timers.tick(4_000)
    equal(seen.returned, false, 'a slow client is not stalled')
  }
  t.mock.timers.tick(5_000)
  await untilSettled(() => seen.returned)
  await rejects(
    reader.read().then(() => reader.read()),
    /has read nothing/,
  )
})

test('A complete response that the client does not read holds the connection for at most 30 s without progress', async () => {
  const bodies = { '/small': 'x', '/large': 'x'.repeat(20_000_000) } as const
  const handle = async ({ path }: { path: string }): Promise<HttpResponse> => ({
    status: 200,
    headers: {},
    cookies: [],
    body: bodies[path as keyof typeof bodies],
  })
  const listener = toNodeHandler({ handle })
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  for (const [path, isArmed] of [
    ['/small', false],
    ['/large', true],
  ] as const) {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').pause()
    const requested = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
    const [request, response] = await requested
    const before = request.socket.timeout
    void listener(request, response)
    await waitFor('the answer to be given', () => response.writableEnded)
    equal(request.socket.timeout === 30_000 && before !== 30_000, isArmed, path)
    socket.destroy()
  }
  server.close()
})
