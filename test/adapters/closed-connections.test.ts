// A client that disconnects while its request waits for a password hash: the hash is skipped, and its place is free.

import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { createLatchkey } from '../../src/index.ts'
import { createBoundedQueue } from '../../src/platform/bounded-queue.ts'
import type { PasswordHasher } from '../../src/ports/passwords.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { waitFor } from '../support/wait-for.ts'
import { HOSTS } from './hosts.ts'

const BODY = JSON.stringify({ username: 'unknown', password: 'nine-quiet-otters-upstream' })

function sign(url: string): string {
  const { host } = new URL(url)
  return `POST /access/login HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`
}

async function connected(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).setEncoding('utf8')
  await once(socket, 'connect')
  return socket.on('error', () => {})
}

/** A hasher with one worker and the real queue, whose hashes wait until `release`. */
function heldHasher(capacity: number) {
  const queue = createBoundedQueue(1, capacity)
  const held = Promise.withResolvers<void>()
  const counts = { started: 0 }
  const work = async <T>(result: T) => {
    counts.started += 1
    await held.promise
    return result
  }
  const hasher: PasswordHasher = {
    hash: (_password, signal) => queue.run(() => work('a hash'), signal),
    verify: (_stored, _password, signal) => queue.run(() => work({ ok: false, needsRehash: false }), signal),
  }
  return { hasher, queue, counts, release: held.resolve }
}

for (const [name, start] of Object.entries(HOSTS)) {
  test(`on ${name}, the request of a closed connection is removed from the queue`, async () => {
    const { hasher, queue, counts, release } = heldHasher(20)
    const settings = { secret: 'a-secret-of-this-test-alone-0123456789', loginLimit: '1000/5m,1000/5m' }
    const latchkey = await createLatchkey(settings, { store: createMemoryStore(), hasher })
    const host = await start(latchkey, { paths: [] })
    try {
      const waiting = await connected(host.url)
      waiting.write(sign(host.url))
      await waitFor('the first hash', () => counts.started === 1)

      const closing = await Promise.all([1, 2, 3, 4].map(() => connected(host.url)))
      for (const socket of closing) socket.write(sign(host.url))
      const pipelined = await connected(host.url)
      pipelined.write(sign(host.url).repeat(3))
      await waitFor('the others to wait', () => queue.waiting >= 5)
      for (const socket of [...closing, pipelined]) socket.destroy()
      await waitFor('the closed connections to be noticed', () => queue.waiting === 0)

      release()
      const [answer] = await once(waiting, 'data')
      equal(String(answer).split('\r\n', 1)[0], 'HTTP/1.1 401 Unauthorized')
      // A second request on the same connection works: the first one's abort signal does not affect it.
      waiting.write(sign(host.url))
      const [again] = await once(waiting, 'data')
      equal(String(again).split('\r\n', 1)[0], 'HTTP/1.1 401 Unauthorized')
      deepEqual([counts.started, queue.running, queue.waiting], [2, 0, 0])
      waiting.destroy()
    } finally {
      await host.close()
      await latchkey.close()
    }
  })
}
