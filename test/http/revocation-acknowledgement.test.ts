// Acknowledgements of verifiers: one counts once its stream has delivered all earlier revocations; the stream itself shows no request.

import { deepEqual, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { isStreaming } from '../../src/http/message.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { createServiceKey, register } from '../support/users.ts'
import { waitFor } from '../support/wait-for.ts'

/** A verifier's stream: a chunk is pulled only when the test reads it. */
async function openStream(latchkey: InProcess, key: string): Promise<AsyncIterator<string>> {
  const { body } = await latchkey.handle({
    method: 'GET',
    path: '/access/revocations',
    query: '',
    header: (name) => (name === 'authorization' ? `Service ${key}` : null),
    address: '192.0.2.1',
    peer: '192.0.2.1',
    body: async () => undefined,
  })
  ok(isStreaming(body))
  return body[Symbol.asyncIterator]()
}

function keepAlive(): Disposable {
  const timer = setInterval(() => {}, 1_000)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

const eventsIn = (text: string) => [...text.matchAll(/^event: (\S+)$/gm)].map(([, name]) => name)

/** Reads continuously until stopped; returns the whole text. */
function readContinuously(stream: AsyncIterator<string>) {
  let text = ''
  let stopped = false
  const done = (async () => {
    while (!stopped) {
      const { done, value } = await stream.next()
      if (done) return
      text += value
    }
  })()
  return {
    get text() {
      return text
    },
    async stop() {
      stopped = true
      await done
      return text
    },
  }
}

test('A verifier whose stream stalls counts as behind, the others as acknowledged, and no stream shows the requests', async () => {
  await using latchkey = await startInProcess()
  // While it waits for a heartbeat nothing else keeps the process alive.
  using _alive = keepAlive()
  const key = await createServiceKey(latchkey, 'shop')
  const alice = await register(latchkey)
  const [quick, stuck] = [await openStream(latchkey, key), await openStream(latchkey, key)]
  const reading = readContinuously(quick)
  // Its first heartbeat shows that it has caught up.
  for (let text = ''; !text.includes('event: heartbeat'); ) text += (await stuck.next()).value ?? ''
  const waiting = stuck.next()
  await waiting
  await waitFor('the quick one to be served', () => reading.text.includes('event: heartbeat'))
  await latchkey.call('POST', `/access/logout/${alice.userId}`, { headers: { authorization: alice.token } })
  const { milliseconds: _, ...first } = await latchkey.engine.acknowledgementCollector.confirmPropagation()
  deepEqual(first, { processes: 1, verifiers: 1, behind: 1 })

  const caughtUp = readContinuously(stuck)
  const { milliseconds: __, ...second } = await latchkey.engine.acknowledgementCollector.confirmPropagation()
  deepEqual(second, { processes: 1, verifiers: 2, behind: 0 })
  for (const text of [await reading.stop(), await caughtUp.stop()]) {
    ok(text.includes(alice.sid), 'the revocation itself is sent')
    for (const name of eventsIn(text)) ok(['policy', 'heartbeat', 'revoked', 'keys'].includes(name ?? ''), name)
  }

  await Promise.all([quick.return?.(), stuck.return?.()])
  const { milliseconds: ___, ...third } = await latchkey.engine.acknowledgementCollector.confirmPropagation()
  deepEqual(third, { processes: 1, verifiers: 0, behind: 0 })
})
