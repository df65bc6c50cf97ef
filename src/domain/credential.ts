// Credential records: sessions, remember-me logins, and the tombstones that they leave. A record never contains a secret.

import type { EcPublicJwk } from './dpop.ts'
import type { RevocationReason } from './revocation.ts'

export type CredentialKind = 'session' | 'remember_me'

/** How the session's credential is delivered to the client; a renewed credential is delivered the same way. */
export type Delivery = 'cookie' | 'header'

interface Issued {
  /** 16 random bytes in base64url. Public: it appears in lists, logs and tokens. */
  readonly id: string
  readonly userId: string
  readonly username: string
  /**
   * The lineage is a token family: a remember-me login, its sessions and their tokens. Its id is that of the remember-me login at the root,
   * or of the session when there is none.
   */
  readonly lineage: string
  /** Keyed hash of the current secret. */
  readonly hash: string
  /** Counts replacements; every compare-and-set gives the version that it read. */
  readonly version: number
  readonly startedAt: number
  readonly lastSeenAt: number
  /** The absolute limit: neither use nor rotation moves it. */
  readonly expiresAt: number
  /** When the password was last entered in this lineage. */
  readonly authTime: number
  readonly ip: string
  /** The User-Agent that it was issued to, cut to 256 characters. */
  readonly userAgent: string
  /** The device that its lineage is bound to; absent when it is not bound. */
  readonly binding?: DeviceBinding
}

/**
 * The public key of a device (DBSC). Its state is kept at the lineage's root; the sessions carry a copy that only says that a binding
 * exists.
 */
export interface DeviceBinding extends Pick<EcPublicJwk, 'x' | 'y'> {
  /** Milliseconds since 1970. */
  readonly boundAt: number
  /**
   * The generation of the remember-me login at binding time: earlier secrets may be held by a client without the device. 0 for a session.
   */
  readonly generation: number
  /** When the device first presented its proof; until then the response that bound it may have been lost. 0 before. */
  readonly confirmedAt: number
  /** When the latest answered challenge was issued, and when it was first answered. */
  readonly challengeAt: number
  readonly answeredAt: number
}

export interface SessionRecord extends Issued {
  readonly kind: 'session'
  /** The remember-me login that started it, if any. */
  readonly startedBy: string | null
  readonly roles: readonly string[]
  /** As in RFC 8176: `pwd`, or `remembered` when no password was entered. */
  readonly amr: readonly ('pwd' | 'remembered')[]
  readonly delivery: Delivery
  /** The remember-me login to which this session's first use is reported: theft detection depends on it. */
  readonly confirmsRotationOf: string | null
  /** The session's data as JSON text, parsed only when it is read. */
  readonly data: string
  readonly dataVersion: number
}

export interface RememberMeRecord extends Issued {
  readonly kind: 'remember_me'
  /** Counts rotations; the secret carries the same number, under its MAC. */
  readonly generation: number
  readonly previousHash: string | null
  readonly rotatedAt: number
  /** The session started by the latest rotation, and whether it has been used. */
  readonly rotatedSessionId: string | null
  readonly rotatedSessionUsed: boolean
}

export type CredentialRecord = SessionRecord | RememberMeRecord

/** What remains of a revoked credential until it would have expired: enough to give the reason, without personal data. */
export interface Tombstone {
  readonly kind: 'tombstone'
  readonly was: CredentialKind
  readonly id: string
  readonly hash: string
  readonly reason: RevocationReason
  readonly endedAt: number
  readonly expiresAt: number
}

/** A presented credential, parsed, with a valid MAC. */
export interface PresentedCredential {
  readonly kind: CredentialKind
  readonly id: string
  readonly generation: number
  readonly hash: string
}

const MAX_USER_AGENT = 256

/** The User-Agent for records: bounded, and without characters that could forge a log line. */
export function boundedUserAgent(userAgent: string | null): string {
  return (userAgent ?? '')
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, MAX_USER_AGENT)
    .toWellFormed()
}
