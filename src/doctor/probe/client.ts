// The HTTP client of the doctor: sends requests to the addresses in turn, and records each exchange.

import { type Address, type ProbeRequest, sendRequest } from '../connection.ts'
import { type Exchange, processIdOf } from '../http-exchange.ts'
import type { ProbeOptions } from './options.ts'
import { STEPS, type Step } from './steps.ts'

export class ProbeClient {
  readonly options: ProbeOptions
  /** The addresses at which Latchkey answered. Later requests go only there. */
  addresses: readonly Address[] = []
  readonly exchanges = Object.fromEntries(STEPS.map((step) => [step, []])) as unknown as Record<Step, Exchange[]>
  #requestCount = 0

  constructor(options: ProbeOptions) {
    this.options = options
  }

  /** Sends a request to the next address. */
  async request(step: Step | null, request: ProbeRequest): Promise<Exchange> {
    const address = this.addresses[this.#requestCount++ % this.addresses.length]
    if (address === undefined) throw new Error('There is no address to send requests to.')
    return this.requestAt(address, step, request)
  }

  async requestEach(step: Step, request: ProbeRequest): Promise<void> {
    for (const address of this.addresses) await this.requestAt(address, step, request)
  }

  /** Repeats the request often enough for a load balancer to use every server behind it. */
  async requestEachRepeatedly(step: Step, request: ProbeRequest): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) await this.requestEach(step, request)
  }

  /** Repeats the request until the response is the wanted one; records only the last exchange. */
  async requestUntil(step: Step | null, request: ProbeRequest, wanted: (exchange: Exchange) => boolean): Promise<Exchange> {
    const attempts = ROUNDS * this.addresses.length
    for (let attempt = 1; ; attempt += 1) {
      const exchange = await this.request(null, request)
      if (!wanted(exchange) && attempt < attempts) continue
      if (step !== null) this.exchanges[step].push(exchange)
      return exchange
    }
  }

  async requestAt(address: Address, step: Step | null, request: ProbeRequest): Promise<Exchange> {
    const exchange = await sendRequest(this.options.url, address, request)
    if (step !== null) this.exchanges[step].push(exchange)
    return exchange
  }

  /** How many Latchkey processes have answered so far; at least one. */
  processes(): number {
    const seen = Object.values(this.exchanges).flatMap((exchanges) => exchanges.map(processIdOf))
    return Math.max(1, new Set(seen.filter((process) => process !== undefined)).size)
  }
}

const ROUNDS = 6

export function jsonBody(value: unknown): Pick<ProbeRequest, 'body' | 'headers'> {
  return { body: JSON.stringify(value), headers: { 'content-type': 'application/json' } }
}
