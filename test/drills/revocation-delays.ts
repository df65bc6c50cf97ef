// Measures how long after a confirmed sign-out the session or its token is still accepted: by another server, and by an offline
// verifier.

import { equal } from 'node:assert/strict'
import { Agent } from 'node:http'
import { requestOnce } from '../support/raw-http.ts'
import { TestClient } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'
import type { Deployment } from './deployment.ts'
import { preciseNow } from './verifier-process.ts'

export interface Delays {
  /** The last acceptance by the server, in milliseconds after the confirmed sign-out; 0 when there was none. */
  readonly server: readonly number[]
  readonly verifier: readonly number[]
}

const MIN_ACCEPTED = 3
const MIN_REFUSED = 8

export async function measureRevocationDelays(
  { urls, verifier }: Deployment,
  count: number,
  onProgress: (done: number) => void,
): Promise<Delays> {
  const owner = new TestClient(urls[0])
  await owner.register('Measured')
  const delays = { server: [] as number[], verifier: [] as number[] }
  for (let index = 0; index < count; index += 1) {
    const client = new TestClient(urls[0])
    await client.login('Measured')
    const measured = await measureOne(urls, verifier, client)
    delays.server.push(measured.server)
    delays.verifier.push(measured.verifier)
    onProgress(index + 1)
  }
  return delays
}

async function measureOne(urls: Deployment['urls'], verifier: Deployment['verifier'], client: TestClient) {
  verifier.watch(client.token)
  const loops = [
    new RequestLoop(urls[1], { authorization: client.token }),
    new RequestLoop(urls[1], { cookie: client.cookieHeader }),
    new RequestLoop(urls[1], { authorization: `Bearer ${client.token}` }),
  ]
  await waitFor(
    'the servers and the verifier to accept',
    async () =>
      loops.every(({ accepted }) => accepted >= MIN_ACCEPTED) && (await verifier.observation(client.token)).accepted >= MIN_ACCEPTED,
  )
  const headers = { authorization: client.token }
  const { status, text } = await requestOnce(urls[0], `/access/logout/${client.userId}`, { headers })
  const endedAt = preciseNow()
  equal(status, 200, text)
  await waitFor('the servers and the verifier to refuse', async () => {
    return (
      loops.every(({ refusedInARow }) => refusedInARow >= MIN_REFUSED) &&
      (await verifier.observation(client.token)).refusedInARow >= MIN_REFUSED
    )
  })
  const after = (acceptedAt: number) => Math.max(0, acceptedAt - endedAt)
  const { lastAcceptedAt } = await verifier.observation(client.token)
  verifier.unwatch(client.token)
  for (const loop of loops) await loop.stop()
  return { server: Math.max(...loops.map((loop) => after(loop.lastAcceptedAt))), verifier: after(lastAcceptedAt) }
}

/** Checks the session in a loop, on its own connection. */
class RequestLoop {
  accepted = 0
  refusedInARow = 0
  lastAcceptedAt = 0
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #done: Promise<void>
  #stopped = false

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.#done = this.#run(url, headers)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#done
    this.#agent.destroy()
  }

  async #run(url: string, headers: Readonly<Record<string, string>>): Promise<void> {
    while (!this.#stopped) {
      const { status } = await requestOnce(url, '/access/session', { headers, agent: this.#agent })
      if (status === 200) {
        this.accepted += 1
        this.refusedInARow = 0
        this.lastAcceptedAt = preciseNow()
      } else {
        this.refusedInARow += 1
      }
    }
  }
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
