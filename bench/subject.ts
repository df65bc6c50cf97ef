// The interface of a subject: a way to guard a request, set up as its documentation shows, in its own process.

/** A request that must be accepted: to a guarded route, or a sign-in with the right password. */
export interface Target {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** The expected status; any other counts as an error. */
  readonly status: number
}

export interface Subject {
  /** A guarded route with a short response, such as the name of the user. */
  readonly guarded?: Target
  /** A sign-in with username and password. */
  readonly signIn?: Target
  /**
   * One check in process of a request with all headers of a browser or client: new header strings each time, and no framework that
   * the check does not need. Truthy if the request is accepted; anything else stops the measurement.
   */
  readonly checkSession?: () => unknown
  readonly checkToken?: () => unknown
  /** The same for a session that is not cached. */
  readonly checkUncachedSession?: () => unknown
  /** The same for a token that is not cached. */
  readonly checkUncachedToken?: () => unknown
  /** The same for a cached token with a new DPoP proof each time. */
  readonly checkDpop?: () => unknown
  /** Creates that many live sessions, in the fastest way. */
  readonly createSessions?: (count: number) => Promise<void>
  close(): Promise<void>
}

export interface SubjectModule {
  /** The name with the relevant part of the setup: `express-session (memory)`. */
  readonly name: string
  /** The packages of the subject; empty for limits and for Latchkey. */
  readonly packages: readonly string[]
  /** Starts the subject on free ports of 127.0.0.1. @throws Error with one line that says why it cannot run */
  prepare(): Promise<Subject>
}
