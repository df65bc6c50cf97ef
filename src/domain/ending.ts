// Why a credential ended, and the entries of the endings log.

export type EndReason = 'idle' | 'expired' | 'revoked' | 'theft_suspected'

/** Why a session credential is refused: it ended, it is not one of ours, or there is none. */
export type RefusalReason = EndReason | 'unknown' | 'none'

/** One entry of the endings log, as a process appends it. Times in milliseconds since 1970. */
export type LogEntry =
  /** The session is over: nothing that names it is accepted any more. */
  | { readonly kind: 'ended'; readonly sid: string; readonly at: number; readonly reason: EndReason }
  /** What the session's principal may do has changed: forget it, and refuse tokens issued before with other roles. */
  | { readonly kind: 'changed'; readonly sid: string; readonly at: number; readonly roles: readonly string[] }
  /** The key ring has changed: read it again. */
  | { readonly kind: 'keys'; readonly at: number }
