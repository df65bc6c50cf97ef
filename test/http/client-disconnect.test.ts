// Clients that go away in the middle: nobody waits for them.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { toNodeHandler } from '../../src/adapters/node.ts'
import type { HttpResponse } from '../../src/http/message.ts'

const NOTHING: HttpResponse = { status: 204, headers: {}, cookies: [], body: null }

test('a body is not waited for when its client has gone before anybody asked for it', { timeout: 10_000 }, async () => {
  const arrived = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  const read = Promise.withResolvers<Uint8Array | 'taken' | undefined>()
  const listener = toNodeHandler({
    async handle(request) {
      arrived.resolve()
      await gone.promise
      read.resolve(await request.body(100))
      return NOTHING
    },
  })
  const server = createServer((request, response) => {
    request.once('close', () => gone.resolve())
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
