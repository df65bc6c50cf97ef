// Follows the endings of the issuer, and comes back whenever the line breaks or goes quiet: what was missed is heard first.

import { discard } from './discard.ts'
import type { Endings } from './endings.ts'
import { VerifierFault } from './fault.ts'
import type { Freshness } from './freshness.ts'
import type { Keys } from './keys.ts'
import type { Settled } from './options.ts'
import { EventParser, type ServerSentEvent } from './server-sent-events.ts'
import { readEvent } from './told.ts'

/** Milliseconds before the next attempt: a random part of a time that doubles, so that many verifiers do not come at once. */
const FIRST_PAUSE = 50
const LONGEST_PAUSE = 5_000
/** A key that was made a moment ago is not known to every process yet; after this many refusals, some seconds, it is wrong. */
const MAX_REFUSALS = 7

export interface FollowerParts {
  readonly options: Settled
  readonly serviceKey: string
  readonly keys: Keys
  readonly endings: Endings
  readonly freshness: Freshness
}

export class Follower {
  readonly #parts: FollowerParts
  readonly #closing = new AbortController()
  readonly #firstHeard = Promise.withResolvers<void>()
  #lastEventId = ''
  #attempts = 0
  #refusals = 0

  constructor(parts: FollowerParts) {
    this.#parts = parts
    this.#firstHeard.promise.catch(() => {})
    void this.#keepFollowing()
  }

  /** Resolves when everything that still matters has been heard once; rejects when the issuer refuses the key. */
  get ready(): Promise<void> {
    return this.#firstHeard.promise
  }

  close(): void {
    this.#closing.abort()
    this.#firstHeard.reject(new Error('The verifier was closed.'))
  }

  async #keepFollowing(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#follow()
      } catch (error) {
        if (this.#closing.signal.aborted) return
        this.#parts.options.onFault(this.#faultOf(error))
      }
      const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(this.#attempts, 10))
      this.#attempts += 1
      await this.#pause(longest * Math.random())
    }
  }

  /** Milliseconds. Over as soon as the verifier is closed. */
  #pause(length: number): Promise<void> {
    const { signal } = this.#closing
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, length)
      signal.addEventListener('abort', end)
    })
  }

  async #follow(): Promise<void> {
    const { options, keys, freshness } = this.#parts
    const { issuer, fetch, maxSilence } = options
    // They may have changed since anybody told us. They come first: what opens a connection does not count as a slow line.
    await keys.load()
    const quiet = new AbortController()
    const signal = AbortSignal.any([this.#closing.signal, quiet.signal])
    // A line on which nothing comes any more may look like one on which nothing happens.
    let timer = setTimeout(() => quiet.abort(), 3 * maxSilence)
    const stillThere = () => {
      clearTimeout(timer)
      timer = setTimeout(() => quiet.abort(), maxSilence)
    }
    try {
      freshness.asked()
      const response = await fetch(`${issuer}/access/revocations`, { headers: this.#headers(), signal, redirect: 'manual' })
      if (!isEventStream(response)) throw this.#refusedBy(response)
      stillThere()
      await this.#read(response.body.getReader(), stillThere)
    } finally {
      clearTimeout(timer)
      // Whatever is still to come of the answer is not waited for.
      quiet.abort()
    }
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>, stillThere: () => void): Promise<void> {
    const parser = new EventParser(this.#lastEventId)
    const decoder = new TextDecoder()
    let hasCaughtUp = false
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      // What is retained may take a while; after it, only a heartbeat in time says that the line is as quick as it was.
      if (!hasCaughtUp) stillThere()
      for (const event of parser.take(decoder.decode(value, { stream: true }))) {
        if (this.#take(event)) stillThere()
        hasCaughtUp ||= event.name === 'heartbeat'
      }
      if (this.#parts.freshness.isWorn) return
    }
  }

  /** True for a heartbeat that came in time. */
  #take(event: ServerSentEvent): boolean {
    const { endings, freshness, keys, options } = this.#parts
    const told = readEvent(event)
    this.#lastEventId = event.lastEventId
    switch (told?.name) {
      case 'ending':
        endings.ended(told.sid)
        return false
      case 'changed':
        endings.changed(told.sid, told.at, told.roles)
        return false
      case 'reset':
        endings.reset(told.before)
        return false
      case 'policy':
        freshness.answered(told.at)
        endings.tokenLifetime = told.tokenLifetime
        return false
      case 'keys':
        keys.load().catch(options.onFault)
        return false
      case 'heartbeat':
        if (!freshness.heard(told.at)) return false
        this.#attempts = 0
        this.#firstHeard.resolve()
        return true
      case undefined:
        return false
    }
  }

  /** What the runtime throws says little: `fetch failed`, `terminated`. */
  #faultOf(error: unknown): VerifierFault {
    if (error instanceof VerifierFault) return error
    const reason = error instanceof Error ? error.message : String(error)
    return new VerifierFault('stream.unavailable', `The endings of ${this.#parts.options.issuer} cannot be followed: ${reason}`, error)
  }

  #headers(): Record<string, string> {
    const authorization = `Service ${this.#parts.serviceKey}`
    return this.#lastEventId === '' ? { authorization } : { authorization, 'last-event-id': this.#lastEventId }
  }

  #refusedBy({ status, body }: Response): Error {
    const { issuer } = this.#parts.options
    const error =
      status === 401
        ? new VerifierFault(
            'service_key.refused',
            `${issuer} does not know the service key: make one with \`latchkey service-key create NAME\``,
          )
        : new VerifierFault('stream.unavailable', `The endings of ${issuer} cannot be followed: status ${status}`)
    discard(body)
    this.#refusals += 1
    if (status === 401 && this.#refusals >= MAX_REFUSALS) this.#firstHeard.reject(error)
    return error
  }
}

function isEventStream(response: Response): response is Response & { readonly body: ReadableStream<Uint8Array> } {
  return response.ok && response.body !== null && (response.headers.get('content-type') ?? '').startsWith('text/event-stream')
}
