// Calling the roll: who has heard everything that ended so far. Nobody keeps a list of the processes and verifiers there are, so
// those that answer are counted. After a second of silence the rest accept nothing from memory, as they do when they hear nothing.

import type { Called, HeardCall } from '../domain/ending.ts'
import { SECOND } from '../domain/time.ts'
import type { Clock, Timers } from '../ports/clock.ts'
import { MAX_SILENCE } from './endings.ts'

/** Who has heard everything that landed before the roll was called. */
export interface Acknowledged {
  /** Processes that accept credentials: servers, each of their workers, hosts with Latchkey inside. */
  readonly processes: number
  /** Verifiers to which a process has handed it on. */
  readonly verifiers: number
  /** Verifiers whose line had not taken it when the wait was over. */
  readonly behind: number
  /** From the call to the last answer; null when nobody has answered. */
  readonly milliseconds: number | null
}

export interface RollCallOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly randomId: () => string
  readonly append: (call: Called) => Promise<void>
}

const LOOK_EVERY = SECOND / 20
/** Answers that still come after this are not waited for. */
const LONGEST_WAIT = 10 * SECOND

interface Roll {
  readonly answers: Map<HeardCall['process'], HeardCall>
  count: number
  lastAt: number
}

export class RollCall {
  readonly #options: RollCallOptions
  readonly #rolls = new Map<string, Roll>()

  constructor(options: RollCallOptions) {
    this.#options = options
  }

  /** What the log tells of somebody's answer. */
  answered(answer: HeardCall): void {
    const roll = this.#rolls.get(answer.requestId)
    if (roll === undefined) return
    roll.answers.set(answer.process, answer)
    roll.count += 1
    roll.lastAt = this.#options.clock.now()
  }

  /** Takes a second more than the last answer. @throws StoreError when the log cannot be written; what has ended stays ended */
  async take(): Promise<Acknowledged> {
    const { clock, randomId, append } = this.#options
    const call = randomId()
    const at = clock.now()
    const roll: Roll = { answers: new Map(), count: 0, lastAt: at }
    this.#rolls.set(call, roll)
    try {
      await append({ kind: 'ack_requested', requestId: call, at })
      await this.#untilQuiet(roll)
    } finally {
      this.#rolls.delete(call)
    }
    const answers = [...roll.answers.values()]
    const told = sum(answers.map((answer) => answer.delivered))
    return {
      processes: answers.length,
      verifiers: told,
      behind: sum(answers.map(({ verifiers }) => verifiers)) - told,
      milliseconds: answers.length === 0 ? null : roll.lastAt - at,
    }
  }

  async #untilQuiet(roll: Roll): Promise<void> {
    let quiet = 0
    for (let waited = 0; quiet <= MAX_SILENCE && waited < LONGEST_WAIT; waited += LOOK_EVERY) {
      const { count } = roll
      await this.#options.timers.wait(LOOK_EVERY)
      quiet = roll.count === count ? quiet + LOOK_EVERY : 0
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
