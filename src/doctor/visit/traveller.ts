// Somebody who asks, and writes down what was answered.

import { type Address, type Asked, ask } from '../connection.ts'
import { type Exchange, processOf } from '../exchange.ts'
import type { Plan } from './plan.ts'
import { STEPS, type Step } from './steps.ts'

export class Traveller {
  readonly plan: Plan
  /** Where Latchkey was found; there alone one goes on asking. */
  addresses: readonly Address[] = []
  readonly notes = Object.fromEntries(STEPS.map((step) => [step, []])) as unknown as Record<Step, Exchange[]>
  #turn = 0

  constructor(plan: Plan) {
    this.plan = plan
  }

  /** Asks one address after the other, a call each. */
  async next(step: Step | null, asked: Asked): Promise<Exchange> {
    const address = this.addresses[this.#turn++ % this.addresses.length]
    if (address === undefined) throw new Error('There is no address to ask.')
    return this.at(address, step, asked)
  }

  async everywhere(step: Step, asked: Asked): Promise<void> {
    for (const address of this.addresses) await this.at(address, step, asked)
  }

  /** Asks often enough for a balancer to have sent us to everybody behind it. */
  async everybody(step: Step, asked: Asked): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) await this.everywhere(step, asked)
  }

  /** Asks in turn until an answer is the one that was wanted; the last one is written down. */
  async insist(step: Step | null, asked: Asked, wanted: (exchange: Exchange) => boolean): Promise<Exchange> {
    const attempts = ROUNDS * this.addresses.length
    for (let attempt = 1; ; attempt += 1) {
      const exchange = await this.next(null, asked)
      if (!wanted(exchange) && attempt < attempts) continue
      if (step !== null) this.notes[step].push(exchange)
      return exchange
    }
  }

  async at(address: Address, step: Step | null, asked: Asked): Promise<Exchange> {
    const exchange = await ask(this.plan.url, address, asked)
    if (step !== null) this.notes[step].push(exchange)
    return exchange
  }

  /** How many processes of Latchkey have answered so far; at least one. */
  processes(): number {
    const seen = Object.values(this.notes).flatMap((exchanges) => exchanges.map(processOf))
    return Math.max(1, new Set(seen.filter((process) => process !== undefined)).size)
  }
}

const ROUNDS = 6

export function jsonBody(value: unknown): Pick<Asked, 'body' | 'headers'> {
  return { body: JSON.stringify(value), headers: { 'content-type': 'application/json' } }
}
