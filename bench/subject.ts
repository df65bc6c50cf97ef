// What can be measured: a way to guard a request, set up as its own documentation shows, in a process of its own.

/** A request that is let in, or a sign-in with the right password. */
export interface Target {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** What it answers when all is well; anything else counts as an error. */
  readonly status: number
}

export interface Subject {
  /** A guarded route that answers with a few bytes who is signed in, or that somebody is. */
  readonly guarded?: Target
  /** A request for a sign-in with name and password. */
  readonly signIn?: Target
  /**
   * One check in process of a request that comes with everything as it would come from a browser or a client: fresh header
   * strings each time, no framework around it that the check does not need. Truthy when somebody is let in; anything else
   * ends the measurement.
   */
  readonly checkSession?: () => unknown
  readonly checkToken?: () => unknown
  /** The same for a session that this process does not remember. */
  readonly checkUncachedSession?: () => unknown
  /** The same for a token that was never seen before. */
  readonly checkUncachedToken?: () => unknown
  /** The same for a known token that comes with a proof of its key, a new one each time. */
  readonly checkDpop?: () => unknown
  /** Makes so many live sessions, by the shortest way there is, and keeps them. */
  readonly createSessions?: (count: number) => Promise<void>
  close(): Promise<void>
}

export interface SubjectModule {
  /** As in its own documentation, with what matters about the set-up: `express-session (memory)`. */
  readonly name: string
  /** The package and its version, for the tables; empty for a limit and for ours. */
  readonly packages: readonly string[]
  /** Starts what it needs on free ports of 127.0.0.1. @throws Error with one line that says why it cannot run */
  prepare(): Promise<Subject>
}
