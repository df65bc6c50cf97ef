// Revocation: the reasons, and the entries of the revocation log.

export type RevocationReason = 'idle' | 'expired' | 'revoked' | 'theft_suspected'

/** Why a session credential is refused: it was revoked, it is not one of ours, or there is none. */
export type RefusalReason = RevocationReason | 'unknown' | 'none'

/** One entry of the revocation log, as a process appends it. Times in milliseconds since 1970. */
export type RevocationLogEntry =
  /** The session was revoked: neither its credential nor its tokens are accepted any more. */
  | { readonly kind: 'revoked'; readonly sid: string; readonly at: number; readonly reason: RevocationReason }
  /** The session's roles changed: drop it from the cache, and refuse older tokens with other roles. */
  | { readonly kind: 'changed'; readonly sid: string; readonly at: number; readonly roles: readonly string[] }
  /** The key ring changed: read it again. */
  | { readonly kind: 'keys'; readonly at: number }
  | AcknowledgementEntry

/** Entries about the log itself: they revoke nothing, and are not sent to verifiers. */
export type AcknowledgementEntry = AcknowledgementRequest | Acknowledgement

/** Asks every process to acknowledge that it has applied all earlier entries. */
export interface AcknowledgementRequest {
  readonly kind: 'ack_requested'
  readonly requestId: string
  readonly at: number
}

/** One process acknowledges a request; its later acknowledgement of the same request replaces it. */
export interface Acknowledgement {
  readonly kind: 'ack'
  readonly requestId: string
  readonly process: string
  /** The verifiers that were subscribed through this process when it received the request. */
  readonly verifiers: number
  /** How many of them have received everything before the request. */
  readonly delivered: number
  readonly at: number
}
