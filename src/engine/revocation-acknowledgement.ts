// Calling the roll: who has heard everything that ended so far. Nobody keeps a list of the processes and verifiers there are, so
// those that answer are counted. After a second of silence the rest accept nothing from memory, as they do when they hear nothing.

import type { Acknowledgement, AcknowledgementRequest } from '../domain/revocation.ts'
import { SECOND } from '../domain/time.ts'
import type { Clock, Timers } from '../ports/clock.ts'
import { MAX_FEED_LAG } from './revocation-feed.ts'

/** Who has heard everything that landed before the roll was called. */
export interface PropagationReport {
  /** Processes that accept credentials: servers, each of their workers, hosts with Latchkey inside. */
  readonly processes: number
  /** Verifiers to which a process has handed it on. */
  readonly verifiers: number
  /** Verifiers whose line had not taken it when the wait was over. */
  readonly behind: number
  /** From the call to the last answer; null when nobody has answered. */
  readonly milliseconds: number | null
}

export interface AcknowledgementCollectorOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly randomId: () => string
  readonly append: (call: AcknowledgementRequest) => Promise<void>
}

const POLL_INTERVAL = SECOND / 20
/** Answers that still come after this are not waited for. */
const MAX_WAIT = 10 * SECOND

interface PendingRequest {
  readonly acknowledgements: Map<Acknowledgement['process'], Acknowledgement>
  count: number
  lastAt: number
}

export class AcknowledgementCollector {
  readonly #options: AcknowledgementCollectorOptions
  readonly #requests = new Map<string, PendingRequest>()

  constructor(options: AcknowledgementCollectorOptions) {
    this.#options = options
  }

  /** What the log tells of somebody's answer. */
  receive(answer: Acknowledgement): void {
    const roll = this.#requests.get(answer.requestId)
    if (roll === undefined) return
    roll.acknowledgements.set(answer.process, answer)
    roll.count += 1
    roll.lastAt = this.#options.clock.now()
  }

  /** Takes a second more than the last answer. @throws StoreError when the log cannot be written; what has ended stays ended */
  async confirmPropagation(): Promise<PropagationReport> {
    const { clock, randomId, append } = this.#options
    const call = randomId()
    const at = clock.now()
    const roll: PendingRequest = { acknowledgements: new Map(), count: 0, lastAt: at }
    this.#requests.set(call, roll)
    try {
      await append({ kind: 'ack_requested', requestId: call, at })
      await this.#waitForAcknowledgements(roll)
    } finally {
      this.#requests.delete(call)
    }
    const answers = [...roll.acknowledgements.values()]
    const told = sum(answers.map((answer) => answer.delivered))
    return {
      processes: answers.length,
      verifiers: told,
      behind: sum(answers.map(({ verifiers }) => verifiers)) - told,
      milliseconds: answers.length === 0 ? null : roll.lastAt - at,
    }
  }

  async #waitForAcknowledgements(roll: PendingRequest): Promise<void> {
    let quiet = 0
    for (let waited = 0; quiet <= MAX_FEED_LAG && waited < MAX_WAIT; waited += POLL_INTERVAL) {
      const { count } = roll
      await this.#options.timers.wait(POLL_INTERVAL)
      quiet = roll.count === count ? quiet + POLL_INTERVAL : 0
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
