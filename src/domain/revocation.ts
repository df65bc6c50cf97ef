// Why a credential ended, and the entries of the endings log.

export type RevocationReason = 'idle' | 'expired' | 'revoked' | 'theft_suspected'

/** Why a session credential is refused: it ended, it is not one of ours, or there is none. */
export type RefusalReason = RevocationReason | 'unknown' | 'none'

/** One entry of the endings log, as a process appends it. Times in milliseconds since 1970. */
export type RevocationLogEntry =
  /** The session is over: nothing that names it is accepted any more. */
  | { readonly kind: 'revoked'; readonly sid: string; readonly at: number; readonly reason: RevocationReason }
  /** What the session's principal may do has changed: forget it, and refuse tokens issued before with other roles. */
  | { readonly kind: 'changed'; readonly sid: string; readonly at: number; readonly roles: readonly string[] }
  /** The key ring has changed: read it again. */
  | { readonly kind: 'keys'; readonly at: number }
  | AcknowledgementEntry

/** What is said about the log itself: it ends nothing, and is told to nobody outside. */
export type AcknowledgementEntry = AcknowledgementRequest | Acknowledgement

/** The roll is called. Who hears this has heard everything before it, and answers. */
export interface AcknowledgementRequest {
  readonly kind: 'ack_requested'
  readonly requestId: string
  readonly at: number
}

/** A process answers. What it says later of the same call counts instead. */
export interface Acknowledgement {
  readonly kind: 'ack'
  readonly requestId: string
  readonly process: string
  /** Verifiers that followed the log through it when it heard the call. */
  readonly verifiers: number
  /** To how many of them it has handed on everything before the call. */
  readonly delivered: number
  readonly at: number
}
