// How long after a confirmed sign-out anybody still accepts the session or its token: a server that did not take the sign-out,
// and a verifier that never asks.

import { equal } from 'node:assert/strict'
import { Agent } from 'node:http'
import { askOnce } from '../support/connections.ts'
import { until } from '../support/until.ts'
import { Visitor } from '../support/visitor.ts'
import type { Deployment } from './deployment.ts'
import { preciseNow } from './verifier-process.ts'

export interface Delays {
  /** By the server, in milliseconds after the sign-out was confirmed; 0 where nothing was accepted any more. */
  readonly server: readonly number[]
  readonly verifier: readonly number[]
}

const WARM = 3
const SETTLED = 8

export async function measureEndings({ urls, verifier }: Deployment, count: number, onProgress: (done: number) => void): Promise<Delays> {
  const owner = new Visitor(urls[0])
  await owner.register('Measured')
  const delays = { server: [] as number[], verifier: [] as number[] }
  for (let index = 0; index < count; index += 1) {
    const visitor = new Visitor(urls[0])
    await visitor.login('Measured')
    const measured = await measureOne(urls, verifier, visitor)
    delays.server.push(measured.server)
    delays.verifier.push(measured.verifier)
    onProgress(index + 1)
  }
  return delays
}

async function measureOne(urls: Deployment['urls'], verifier: Deployment['verifier'], visitor: Visitor) {
  verifier.watch(visitor.token)
  const hammers = [
    new Hammer(urls[1], { authorization: visitor.token }),
    new Hammer(urls[1], { cookie: visitor.cookieHeader }),
    new Hammer(urls[1], { authorization: `Bearer ${visitor.token}` }),
  ]
  await until(
    'everybody to accept',
    async () => hammers.every(({ accepted }) => accepted >= WARM) && (await verifier.tell(visitor.token)).accepted >= WARM,
  )
  const headers = { authorization: visitor.token }
  const { status, text } = await askOnce(urls[0], `/access/logout/${visitor.code}`, { headers })
  const endedAt = preciseNow()
  equal(status, 200, text)
  await until('everybody to refuse', async () => {
    return hammers.every(({ refusedInARow }) => refusedInARow >= SETTLED) && (await verifier.tell(visitor.token)).refusedInARow >= SETTLED
  })
  const after = (acceptedAt: number) => Math.max(0, acceptedAt - endedAt)
  const { lastAcceptedAt } = await verifier.tell(visitor.token)
  verifier.drop(visitor.token)
  for (const hammer of hammers) await hammer.stop()
  return { server: Math.max(...hammers.map((hammer) => after(hammer.lastAcceptedAt))), verifier: after(lastAcceptedAt) }
}

/** Asks without pause who it is, on a connection of its own. */
class Hammer {
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
      const { status } = await askOnce(url, '/access/session', { headers, agent: this.#agent })
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
