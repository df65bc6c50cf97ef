// Answering when the roll is called: this process has forgotten everything that ended before, and has handed it on to so many
// of the verifiers that follow the log through it.

import type { Acknowledgement, AcknowledgementRequest } from '../domain/revocation.ts'

/** A verifier that follows the log through this process, and has caught up with it. */
export interface Subscriber {
  /** Everything up to this call was taken by its line. */
  delivered(call: AcknowledgementRequest['requestId']): void
  disconnected(): void
}

export interface AcknowledgementResponderOptions {
  /** An id of this process, made when it starts. */
  readonly process: string
  /** False where nothing is accepted that could have ended: then it answers nobody. */
  readonly acceptsCredentials: boolean
  readonly append: (answer: Omit<Acknowledgement, 'kind' | 'at'>) => Promise<void>
  readonly onFault: (error: unknown) => void
}

interface PendingAcknowledgement {
  readonly pending: Set<Subscriber>
  readonly acknowledged: Set<Subscriber>
  /** True once the engine itself has heard the call: a verifier's line can be quicker. */
  isReceived: boolean
  isOutdated: boolean
  isSending: boolean
}

/** A call is over after seconds, so of the ones before nobody asks any more. */
const MAX_REQUESTS = 8

export class AcknowledgementResponder {
  readonly #options: AcknowledgementResponderOptions
  readonly #subscribers = new Set<Subscriber>()
  /** By call, the latest last. */
  readonly #responses = new Map<string, PendingAcknowledgement>()

  constructor(options: AcknowledgementResponderOptions) {
    this.#options = options
  }

  requested(call: string): void {
    if (!this.#options.acceptsCredentials) return
    const answer = this.#responseTo(call)
    answer.isReceived = true
    this.#send(call, answer)
  }

  subscriberJoined(): Subscriber {
    const verifier: Subscriber = {
      delivered: (call) => {
        const answer = this.#responseTo(call)
        answer.pending.delete(verifier)
        answer.acknowledged.add(verifier)
        this.#send(call, answer)
      },
      disconnected: () => {
        this.#subscribers.delete(verifier)
        for (const [call, answer] of this.#responses) if (answer.pending.delete(verifier)) this.#send(call, answer)
      },
    }
    this.#subscribers.add(verifier)
    return verifier
  }

  #responseTo(call: string): PendingAcknowledgement {
    const known = this.#responses.get(call)
    if (known !== undefined) return known
    const answer: PendingAcknowledgement = {
      pending: new Set(this.#subscribers),
      acknowledged: new Set(),
      isReceived: false,
      isOutdated: false,
      isSending: false,
    }
    this.#responses.set(call, answer)
    for (const oldest of this.#responses.keys()) {
      if (this.#responses.size <= MAX_REQUESTS) break
      this.#responses.delete(oldest)
    }
    return answer
  }

  #send(call: string, answer: PendingAcknowledgement): void {
    if (!answer.isReceived) return
    answer.isOutdated = true
    if (!answer.isSending) void this.#sendLoop(call, answer)
  }

  /** One entry at a time: of a hundred verifiers, most are told of in the second. Never rejects. */
  async #sendLoop(call: string, answer: PendingAcknowledgement): Promise<void> {
    answer.isSending = true
    try {
      while (answer.isOutdated) {
        answer.isOutdated = false
        const { acknowledged, pending } = answer
        await this.#options.append({
          requestId: call,
          process: this.#options.process,
          verifiers: acknowledged.size + pending.size,
          delivered: acknowledged.size,
        })
      }
    } catch (error) {
      this.#options.onFault(error)
    } finally {
      answer.isSending = false
    }
  }
}
