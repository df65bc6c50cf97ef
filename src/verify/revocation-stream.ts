// Subscribes to the issuer's revocation feed, and reconnects when the connection breaks or stalls: missed events are delivered first.

import { cancelBody } from './cancel-body.ts'
import { VerifierFault } from './fault.ts'
import type { FeedClock } from './feed-clock.ts'
import type { Keys } from './keys.ts'
import type { ResolvedOptions } from './options.ts'
import type { RevokedSessions } from './revoked-sessions.ts'
import { EventParser, type ServerSentEvent } from './server-sent-events.ts'
import { parseStreamEvent } from './stream-event.ts'

/** Milliseconds before the next attempt: exponential back-off with full jitter, so that many verifiers do not reconnect at once. */
const FIRST_DELAY_MS = 50
const MAX_DELAY_MS = 5_000
/** Some processes may not know a new service key yet. After this many rejections, some seconds, the key is wrong. */
const MAX_REJECTIONS = 7

export interface RevocationStreamOptions {
  readonly options: ResolvedOptions
  readonly serviceKey: string
  readonly keys: Keys
  readonly revokedSessions: RevokedSessions
  readonly feedClock: FeedClock
}

export class RevocationStream {
  readonly #context: RevocationStreamOptions
  readonly #closing = new AbortController()
  readonly #firstSync = Promise.withResolvers<void>()
  #lastEventId = ''
  #attempts = 0
  #rejections = 0

  constructor(context: RevocationStreamOptions) {
    this.#context = context
    this.#firstSync.promise.catch(() => {})
    void this.#reconnectLoop()
  }

  /** Resolves when the retained events were received once; rejects when the issuer rejects the service key. */
  get ready(): Promise<void> {
    return this.#firstSync.promise
  }

  close(): void {
    this.#closing.abort()
    this.#firstSync.reject(new Error('The verifier was closed.'))
  }

  async #reconnectLoop(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#connect()
      } catch (error) {
        if (this.#closing.signal.aborted) return
        this.#context.options.onFault(this.#toFault(error))
      }
      const longest = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(this.#attempts, 10))
      this.#attempts += 1
      await this.#delay(longest * Math.random())
    }
  }

  /** Waits for this many milliseconds, or until the verifier is closed. */
  #delay(milliseconds: number): Promise<void> {
    const { signal } = this.#closing
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, milliseconds)
      signal.addEventListener('abort', end)
    })
  }

  async #connect(): Promise<void> {
    const { options, keys, feedClock } = this.#context
    const { issuer, fetch, maxFeedLagMs } = options
    // The keys may have changed while disconnected. Loading them first also opens the connection, so that its delay is not counted as lag.
    await keys.load()
    const stalled = new AbortController()
    const signal = AbortSignal.any([this.#closing.signal, stalled.signal])
    // A broken connection can look like an idle one: without a heartbeat in time it is aborted.
    let timer = setTimeout(() => stalled.abort(), 3 * maxFeedLagMs)
    const resetTimer = () => {
      clearTimeout(timer)
      timer = setTimeout(() => stalled.abort(), maxFeedLagMs)
    }
    try {
      feedClock.requestStarted()
      const response = await fetch(`${issuer}/access/revocations`, { headers: this.#headers(), signal, redirect: 'manual' })
      if (!isEventStream(response)) throw this.#toResponseFault(response)
      resetTimer()
      await this.#read(response.body.getReader(), resetTimer)
    } finally {
      clearTimeout(timer)
      // Releases the connection: the rest of the response is not needed.
      stalled.abort()
    }
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>, resetTimer: () => void): Promise<void> {
    const parser = new EventParser(this.#lastEventId)
    const decoder = new TextDecoder()
    let hasCaughtUp = false
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      // Delivering the retained events may take a while. After that, only a heartbeat in time resets the timer.
      if (!hasCaughtUp) resetTimer()
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        if (this.#handleEvent(event)) resetTimer()
        hasCaughtUp ||= event.name === 'heartbeat'
      }
      if (this.#context.feedClock.needsReconnect) return
    }
  }

  /** True for a heartbeat that arrived in time. */
  #handleEvent(event: ServerSentEvent): boolean {
    const { revokedSessions, feedClock, keys, options } = this.#context
    const parsed = parseStreamEvent(event)
    this.#lastEventId = event.lastEventId
    switch (parsed?.name) {
      case 'revoked':
        revokedSessions.addRevoked(parsed.sid)
        return false
      case 'changed':
        revokedSessions.addRolesChange(parsed.sid, parsed.at, parsed.roles)
        return false
      case 'reset':
        revokedSessions.reset(parsed.before)
        return false
      case 'policy':
        feedClock.firstEventReceived(parsed.at)
        revokedSessions.tokenLifetime = parsed.tokenLifetime
        return false
      case 'keys':
        keys.load().catch(options.onFault)
        return false
      case 'heartbeat':
        if (!feedClock.heartbeatReceived(parsed.at)) return false
        this.#attempts = 0
        this.#firstSync.resolve()
        return true
      case undefined:
        return false
    }
  }

  /** Adds the issuer to the runtime's message, which says little: `fetch failed`, `terminated`. */
  #toFault(error: unknown): VerifierFault {
    if (error instanceof VerifierFault) return error
    const reason = error instanceof Error ? error.message : String(error)
    return new VerifierFault(
      'stream.unavailable',
      `The revocation feed of ${this.#context.options.issuer} is unavailable: ${reason}`,
      error,
    )
  }

  #headers(): Record<string, string> {
    const authorization = `Service ${this.#context.serviceKey}`
    return this.#lastEventId === '' ? { authorization } : { authorization, 'last-event-id': this.#lastEventId }
  }

  #toResponseFault({ status, body }: Response): Error {
    const { issuer } = this.#context.options
    const error =
      status === 401
        ? new VerifierFault(
            'service_key.refused',
            `${issuer} does not know the service key: create one with \`latchkey service-key create NAME\``,
          )
        : new VerifierFault('stream.unavailable', `The revocation feed of ${issuer} is unavailable: status ${status}`)
    cancelBody(body)
    this.#rejections += 1
    if (status === 401 && this.#rejections >= MAX_REJECTIONS) this.#firstSync.reject(error)
    return error
  }
}

function isEventStream(response: Response): response is Response & { readonly body: ReadableStream<Uint8Array> } {
  return response.ok && response.body !== null && (response.headers.get('content-type') ?? '').startsWith('text/event-stream')
}
