// Clients that disconnect during a request.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { toNodeHandler } from '../../src/adapters/node.ts'
import type { HttpResponse } from '../../src/http/message.ts'

const NOTHING: HttpResponse = { status: 204, headers: {}, cookies: [], body: null }

test('reading a body ends at once when the client has already disconnected', { timeout: 10_000 }, async () => {
  const arrived = Promise.withResolvers<void>()
  const disconnected = Promise.withResolvers<void>()
  const read = Promise.withResolvers<Uint8Array | 'taken' | undefined>()
  const listener = toNodeHandler({
    async handle(request) {
      arrived.resolve()
      await disconnected.promise
      read.resolve(await request.body(100))
      return NOTHING
    },
  })
  const server = createServer((request, response) => {
    request.once('close', () => disconnected.resolve())
    Promise.resolve(listener(request, response)).catch(read.reject)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf')
  await arrived.promise
  client.destroy()
  assert.equal(await read.promise, undefined)
  server.close()
})
