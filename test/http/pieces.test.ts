// An answer that comes piece by piece goes at the pace of its reader, and ends with them, through node:http and through fetch.

import { equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { toNodeListener } from '../../src/adapters/node.ts'
import { toResponse } from '../../src/http/fetch.ts'
import type { Answer } from '../../src/http/message.ts'
import { until } from '../support/until.ts'

const PIECE = 'x'.repeat(64 * 1024)

/** An answer without end, that counts what was taken and notes when it is let go. */
function endless() {
  const seen = { made: 0, returned: false }
  async function* pieces() {
    try {
      for (;;) {
        seen.made += 1
        yield PIECE
      }
    } finally {
      seen.returned = true
    }
  }
  const answer: Answer = { status: 200, headers: { 'content-type': 'text/plain' }, cookies: [], body: pieces() }
  return { seen, answer }
}

test('Through node:http nothing is made for a reader that does not take it, and nothing after they have gone', async () => {
  const { seen, answer } = endless()
  const listener = toNodeListener({ handle: async () => answer })
  const server = createServer((request, response) => void listener(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await until('the reader’s buffers to be full', async () => {
    const before = seen.made
    await pause(100)
    return before > 0 && seen.made === before
  })
  ok(seen.made < 1_000, `${seen.made} pieces`)
  equal(seen.returned, false)
  socket.destroy()
  await until('the answer to be let go', () => seen.returned)
  server.close()
})

test('Through fetch it is the same', async () => {
  const { seen, answer } = endless()
  const reader = toResponse(answer).body?.getReader()
  ok(reader)
  await reader.read()
  await pause(50)
  ok(seen.made <= 3, `${seen.made} pieces`)
  await reader.cancel()
  equal(seen.returned, true)
})
