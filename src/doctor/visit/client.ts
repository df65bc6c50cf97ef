// Somebody who asks, and writes down what was answered.

import { type Address, type ProbeRequest, sendRequest } from '../connection.ts'
import { type Exchange, processIdOf } from '../http-exchange.ts'
import type { ProbeOptions } from './options.ts'
import { STEPS, type Step } from './steps.ts'

export class ProbeClient {
  readonly options: ProbeOptions
  /** Where Latchkey was found; there alone one goes on asking. */
  addresses: readonly Address[] = []
  readonly exchanges = Object.fromEntries(STEPS.map((step) => [step, []])) as unknown as Record<Step, Exchange[]>
  #requestCount = 0

  constructor(plan: ProbeOptions) {
    this.options = plan
  }

  /** Asks one address after the other, a call each. */
  async request(step: Step | null, asked: ProbeRequest): Promise<Exchange> {
    const address = this.addresses[this.#requestCount++ % this.addresses.length]
    if (address === undefined) throw new Error('There is no address to ask.')
    return this.requestAt(address, step, asked)
  }

  async requestEach(step: Step, asked: ProbeRequest): Promise<void> {
    for (const address of this.addresses) await this.requestAt(address, step, asked)
  }

  /** Asks often enough for a balancer to have sent us to everybody behind it. */
  async requestEachRepeatedly(step: Step, asked: ProbeRequest): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) await this.requestEach(step, asked)
  }

  /** Asks in turn until an answer is the one that was wanted; the last one is written down. */
  async requestUntil(step: Step | null, asked: ProbeRequest, wanted: (exchange: Exchange) => boolean): Promise<Exchange> {
    const attempts = ROUNDS * this.addresses.length
    for (let attempt = 1; ; attempt += 1) {
      const exchange = await this.request(null, asked)
      if (!wanted(exchange) && attempt < attempts) continue
      if (step !== null) this.exchanges[step].push(exchange)
      return exchange
    }
  }

  async requestAt(address: Address, step: Step | null, asked: ProbeRequest): Promise<Exchange> {
    const exchange = await sendRequest(this.options.url, address, asked)
    if (step !== null) this.exchanges[step].push(exchange)
    return exchange
  }

  /** How many processes of Latchkey have answered so far; at least one. */
  processes(): number {
    const seen = Object.values(this.exchanges).flatMap((exchanges) => exchanges.map(processIdOf))
    return Math.max(1, new Set(seen.filter((process) => process !== undefined)).size)
  }
}

const ROUNDS = 6

export function jsonBody(value: unknown): Pick<ProbeRequest, 'body' | 'headers'> {
  return { body: JSON.stringify(value), headers: { 'content-type': 'application/json' } }
}
