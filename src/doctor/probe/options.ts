// The options of a probe.

import type { Address } from '../connection.ts'

export interface ProbeOptions {
  /** The origin that clients use. */
  readonly url: URL
  readonly addresses: readonly Address[]
  /** The URL without TLS; null if there is none to check. */
  readonly plainUrl: URL | null
  /** Origins of applications that must be allowed. */
  readonly origins: readonly string[]
  /** An existing user; null to register a temporary one, who is deleted at the end. */
  readonly account: Account | null
  readonly serviceKey: string | null
  /** Other ports of the same host at which another Latchkey may run. */
  readonly otherPorts: readonly number[]
  /** Stops the probe; it still signs out and deletes the temporary user. */
  readonly signal: AbortSignal
  readonly onProgress: (activity: string) => void
}

export interface Account {
  readonly username: string
  readonly password: string
}
