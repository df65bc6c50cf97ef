// The records behind the two opaque credentials, and the tombstone that either leaves. No secret is ever in a record.

import type { EcPublicJwk } from './dpop.ts'
import type { RevocationReason } from './revocation.ts'

export type CredentialKind = 'session' | 'remember_me'

/** How the session's credential reached the client, and so how a renewed one must reach it. */
export type Delivery = 'cookie' | 'header'

interface Issued {
  /** 16 random bytes in base64url. Public: it appears in lists, logs and tokens. */
  readonly id: string
  readonly userId: string
  readonly username: string
  /** The remembered login at the root of the lineage, else the session itself. */
  readonly lineage: string
  /** Keyed hash of the current secret. */
  readonly hash: string
  /** Counts replacements; every compare-and-set names the version it read. */
  readonly version: number
  readonly startedAt: number
  readonly lastSeenAt: number
  /** The absolute limit: neither use nor rotation moves it. */
  readonly expiresAt: number
  /** When the password was last typed in this lineage. */
  readonly authTime: number
  readonly ip: string
  /** The browser string (User-Agent) it was issued to, cut to 256 characters. */
  readonly userAgent: string
  /** The device that its lineage is bound to; absent where it is bound to none. */
  readonly binding?: DeviceBinding
}

/** The key of a device. Its state is that of the lineage's root; what the root has started carries a copy, which only says that there is one. */
export interface DeviceBinding extends Pick<EcPublicJwk, 'x' | 'y'> {
  /** Milliseconds since 1970. */
  readonly boundAt: number
  /** Of the remembered login when it was bound: secrets from before were in the hands of whoever was not bound. 0 for a session. */
  readonly generation: number
  /** When the device was first seen to have its proof: until then the answer that bound it may have been lost. 0 before. */
  readonly confirmedAt: number
  /** When the latest challenge that was answered had been made, and when it was answered first. */
  readonly challengeAt: number
  readonly answeredAt: number
}

export interface SessionRecord extends Issued {
  readonly kind: 'session'
  /** The remembered login that started it, if one did. */
  readonly startedBy: string | null
  readonly roles: readonly string[]
  /** RFC 8176 style: `pwd`, or `remembered` where no password was typed. */
  readonly amr: readonly ('pwd' | 'remembered')[]
  readonly delivery: Delivery
  /** The remembered login that must learn of this session's first use: the theft rule rests on it. */
  readonly confirmsRotationOf: string | null
  /** The session's data as JSON text, parsed only by who asks for it. */
  readonly data: string
  readonly dataVersion: number
}

export interface RememberMeRecord extends Issued {
  readonly kind: 'remember_me'
  /** Counts rotations; the same number is in the secret, under its MAC. */
  readonly generation: number
  readonly previousHash: string | null
  readonly rotatedAt: number
  /** The session started by the latest rotation, and whether anything has used it. */
  readonly rotatedSessionId: string | null
  readonly rotatedSessionUsed: boolean
}

export type CredentialRecord = SessionRecord | RememberMeRecord

/** What stays of an ended credential until it would have expired anyway: enough to say why, nothing of whom. */
export interface Tombstone {
  readonly kind: 'tombstone'
  readonly was: CredentialKind
  readonly id: string
  readonly hash: string
  readonly reason: RevocationReason
  readonly endedAt: number
  readonly expiresAt: number
}

/** A credential as presented: taken apart, its MAC found to be ours. */
export interface PresentedCredential {
  readonly kind: CredentialKind
  readonly id: string
  readonly generation: number
  readonly hash: string
}

const MAX_USER_AGENT = 256

/** The browser string as evidence: bounded, and without characters that could forge a log line. */
export function boundedUserAgent(userAgent: string | null): string {
  return (userAgent ?? '')
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, MAX_USER_AGENT)
    .toWellFormed()
}
