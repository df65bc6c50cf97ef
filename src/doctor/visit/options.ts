// What the doctor was asked to do.

import type { Address } from '../connection.ts'

export interface ProbeOptions {
  /** The origin that people use. */
  readonly url: URL
  readonly addresses: readonly Address[]
  /** Where the same is reached without TLS; null where there is nothing to look at. */
  readonly plainUrl: URL | null
  /** Origins of applications that are to be allowed. */
  readonly origins: readonly string[]
  /** Somebody who is there already; otherwise a user is registered, and deleted at the end. */
  readonly account: Account | null
  readonly serviceKey: string | null
  /** Other ports of the same host at which another Latchkey may run. */
  readonly otherPorts: readonly number[]
  /** Stops the visit; what it began is still put away. */
  readonly signal: AbortSignal
  readonly onProgress: (doing: string) => void
}

export interface Account {
  readonly username: string
  readonly password: string
}
