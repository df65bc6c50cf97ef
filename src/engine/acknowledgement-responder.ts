// Answers acknowledgement requests in the revocation log: this process has applied all earlier entries, and has delivered them to so many
// of the verifiers that are subscribed through it.

import type { Acknowledgement, AcknowledgementRequest } from '../domain/revocation.ts'

/** A subscriber that is subscribed to the log through this process, and has caught up. */
export interface Subscriber {
  /** Its connection has taken everything up to this request. */
  delivered(requestId: AcknowledgementRequest['requestId']): void
  disconnected(): void
}

export interface AcknowledgementResponderOptions {
  /** An id of this process, created at its start. */
  readonly process: string
  /** False in a process that accepts no credentials: it acknowledges nothing. */
  readonly acceptsCredentials: boolean
  readonly append: (response: Omit<Acknowledgement, 'kind' | 'at'>) => Promise<void>
  readonly onFault: (error: unknown) => void
}

interface PendingAcknowledgement {
  readonly pending: Set<Subscriber>
  readonly acknowledged: Set<Subscriber>
  /** True once the engine itself has received the request: a subscriber's connection can be quicker. */
  isReceived: boolean
  isOutdated: boolean
  isSending: boolean
}

/** A request lasts seconds, so older ones are no longer waited for. */
const MAX_REQUESTS = 8

export class AcknowledgementResponder {
  readonly #options: AcknowledgementResponderOptions
  readonly #subscribers = new Set<Subscriber>()
  /** By request, the latest last. */
  readonly #responses = new Map<string, PendingAcknowledgement>()

  constructor(options: AcknowledgementResponderOptions) {
    this.#options = options
  }

  requested(requestId: string): void {
    if (!this.#options.acceptsCredentials) return
    const response = this.#responseTo(requestId)
    response.isReceived = true
    this.#send(requestId, response)
  }

  subscriberJoined(): Subscriber {
    const subscriber: Subscriber = {
      delivered: (requestId) => {
        const response = this.#responseTo(requestId)
        response.pending.delete(subscriber)
        response.acknowledged.add(subscriber)
        this.#send(requestId, response)
      },
      disconnected: () => {
        this.#subscribers.delete(subscriber)
        for (const [requestId, response] of this.#responses) if (response.pending.delete(subscriber)) this.#send(requestId, response)
      },
    }
    this.#subscribers.add(subscriber)
    return subscriber
  }

  #responseTo(requestId: string): PendingAcknowledgement {
    const known = this.#responses.get(requestId)
    if (known !== undefined) return known
    const response: PendingAcknowledgement = {
      pending: new Set(this.#subscribers),
      acknowledged: new Set(),
      isReceived: false,
      isOutdated: false,
      isSending: false,
    }
    this.#responses.set(requestId, response)
    for (const oldest of this.#responses.keys()) {
      if (this.#responses.size <= MAX_REQUESTS) break
      this.#responses.delete(oldest)
    }
    return response
  }

  #send(requestId: string, response: PendingAcknowledgement): void {
    if (!response.isReceived) return
    response.isOutdated = true
    if (!response.isSending) void this.#sendLoop(requestId, response)
  }

  /** Appends one entry at a time: of a hundred verifiers, most are reported by the second entry. Never rejects. */
  async #sendLoop(requestId: string, response: PendingAcknowledgement): Promise<void> {
    response.isSending = true
    try {
      while (response.isOutdated) {
        response.isOutdated = false
        const { acknowledged, pending } = response
        await this.#options.append({
          requestId,
          process: this.#options.process,
          verifiers: acknowledged.size + pending.size,
          delivered: acknowledged.size,
        })
      }
    } catch (error) {
      this.#options.onFault(error)
    } finally {
      response.isSending = false
    }
  }
}
