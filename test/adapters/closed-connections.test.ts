// A client that closes its connection while its request waits for a hash: no work is done for it, and its place is free.

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

const BODY = JSON.stringify({ username: 'nobody', password: 'nine-quiet-otters-upstream' })

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

/** A hasher of one place, with the real queue, whose hashes take until `release`. */
function heldHasher(capacity: number) {
  const queue = createBoundedQueue(1, capacity)
  const held = Promise.withResolvers<void>()
  const counts = { begun: 0 }
  const work = async <T>(result: T) => {
    counts.begun += 1
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
  test(`on ${name}, the request of a closed connection is dropped before its turn`, async () => {
    const { hasher, queue, counts, release } = heldHasher(20)
    const settings = { secret: 'a-secret-of-this-test-alone-0123456789', loginLimit: '1000/5m,1000/5m' }
    const latchkey = await createLatchkey(settings, { store: createMemoryStore(), hasher })
    const host = await start(latchkey, { paths: [] })
    try {
      const patient = await connected(host.url)
      patient.write(sign(host.url))
      await waitFor('the first hash', () => counts.begun === 1)

      const leaving = await Promise.all([1, 2, 3, 4].map(() => connected(host.url)))
      for (const socket of leaving) socket.write(sign(host.url))
      const pipelined = await connected(host.url)
      pipelined.write(sign(host.url).repeat(3))
      await waitFor('the others to wait', () => queue.waiting >= 5)
      for (const socket of [...leaving, pipelined]) socket.destroy()
      await waitFor('the closed connections to be noticed', () => queue.waiting === 0)

      release()
      const [answer] = await once(patient, 'data')
      equal(String(answer).split('\r\n', 1)[0], 'HTTP/1.1 401 Unauthorized')
      // The same connection is asked again: what was made for its first request does not stand in the way of the next.
      patient.write(sign(host.url))
      const [again] = await once(patient, 'data')
      equal(String(again).split('\r\n', 1)[0], 'HTTP/1.1 401 Unauthorized')
      deepEqual([counts.begun, queue.running, queue.waiting], [2, 0, 0])
      patient.destroy()
    } finally {
      await host.close()
      await latchkey.close()
    }
  })
}
