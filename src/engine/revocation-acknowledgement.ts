// Confirms that a revocation has propagated: asks all processes for an acknowledgement through the log and counts the responses. There is
// no list of processes and verifiers. After one second without an acknowledgement the others no longer use their caches, because they do
// not receive the feed either.

import type { Acknowledgement, AcknowledgementRequest } from '../domain/revocation.ts'
import { SECOND } from '../domain/time.ts'
import type { Clock, Timers } from '../ports/clock.ts'
import { MAX_FEED_LAG } from './revocation-feed.ts'

/** The processes and verifiers that have received everything committed before the request. */
export interface PropagationReport {
  /** Processes that accept credentials: servers, each of their workers, and hosts that embed Latchkey. */
  readonly processes: number
  /** Verifiers to which a process has delivered it. */
  readonly verifiers: number
  /** Verifiers whose connection had not taken it when the wait ended. */
  readonly behind: number
  /** Milliseconds from the request to the last acknowledgement; null without any. */
  readonly milliseconds: number | null
}

export interface AcknowledgementCollectorOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly randomId: () => string
  readonly append: (request: AcknowledgementRequest) => Promise<void>
}

const POLL_INTERVAL = SECOND / 20
/** Later acknowledgements are not waited for. */
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

  /** Counts an acknowledgement from the log. */
  receive(acknowledgement: Acknowledgement): void {
    const pending = this.#requests.get(acknowledgement.requestId)
    if (pending === undefined) return
    pending.acknowledgements.set(acknowledgement.process, acknowledgement)
    pending.count += 1
    pending.lastAt = this.#options.clock.now()
  }

  /**
   * Takes one second longer than the last acknowledgement. @throws StoreError when the log cannot be written; committed revocations stay
   */
  async confirmPropagation(): Promise<PropagationReport> {
    const { clock, randomId, append } = this.#options
    const requestId = randomId()
    const at = clock.now()
    const pending: PendingRequest = { acknowledgements: new Map(), count: 0, lastAt: at }
    this.#requests.set(requestId, pending)
    try {
      await append({ kind: 'ack_requested', requestId, at })
      await this.#waitForAcknowledgements(pending)
    } finally {
      this.#requests.delete(requestId)
    }
    const acknowledgements = [...pending.acknowledgements.values()]
    const delivered = sum(acknowledgements.map((acknowledgement) => acknowledgement.delivered))
    return {
      processes: acknowledgements.length,
      verifiers: delivered,
      behind: sum(acknowledgements.map(({ verifiers }) => verifiers)) - delivered,
      milliseconds: acknowledgements.length === 0 ? null : pending.lastAt - at,
    }
  }

  async #waitForAcknowledgements(pending: PendingRequest): Promise<void> {
    let quiet = 0
    for (let waited = 0; quiet <= MAX_FEED_LAG && waited < MAX_WAIT; waited += POLL_INTERVAL) {
      const { count } = pending
      await this.#options.timers.wait(POLL_INTERVAL)
      quiet = pending.count === count ? quiet + POLL_INTERVAL : 0
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
