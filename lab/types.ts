// What can be seen in the lab: the words in which its server tells its page what is held where, and what was sent.

export interface RequestLogEntry {
  readonly number: number
  readonly at: number
  readonly sender: 'page' | 'thief' | 'other site' | 'address bar' | 'program'
  readonly method: string
  readonly path: string
  /** Names of our cookies that came along. */
  readonly cookies: readonly string[]
  readonly authorization: string | null
  readonly origin: string | null
  readonly fetchSite: string | null
  readonly status: number
  readonly code: string | null
  readonly reason: string | null
}

export interface CredentialSummary {
  readonly id: string
  readonly kind: 'session' | 'remember_me'
  readonly username: string
  readonly hash: string
  readonly state: 'live' | 'idle' | 'expired' | 'revoked' | 'theft_suspected' | 'ended'
  /** When it ends if nobody uses it any more. */
  readonly endsAt: number | null
  readonly startedBy: string | null
  readonly data: string
}

export interface StoredAuditEvent {
  readonly at: number
  readonly action: string
  readonly outcome: string
  readonly severity: string
  readonly ip: string
  readonly detail: Readonly<Record<string, unknown>>
}

export interface ServerState {
  readonly credentials: readonly CredentialSummary[]
  readonly events: readonly StoredAuditEvent[]
  /** Differs where anything on record differs, but for when somebody was seen. */
  readonly fingerprint: string
}

export type StolenCredential = { readonly kind: 'session' | 'remember' | 'token'; readonly value: string }

export interface Attempt {
  /** What was tried, by the name of its text. */
  readonly tried: 'read' | 'changeByCookie' | 'mint' | 'change' | 'restore' | 'readRestored' | 'changeByHeader' | 'endOthers'
  readonly status: number
  readonly code: string | null
  readonly reason: string | null
}

/** With keys in play, of which the thief has none. */
export interface BoundAttempt extends Attempt {
  readonly by: 'owner' | 'thief'
}

/** What a thief and the owner got, and what the record tells of it; null where it tells nothing. */
export interface BoundAttackResult {
  readonly attempts: readonly BoundAttempt[]
  readonly alarm: Pick<StoredAuditEvent, 'action' | 'severity' | 'detail'> | null
}

/** Everything at one moment. */
export interface State {
  /** The server's clock, in milliseconds since 1970. */
  readonly now: number
  /** Whose the browser's cookies are. */
  readonly userId: string | null
  readonly browser: readonly { readonly name: string; readonly value: string }[]
  readonly server: ServerState
  /** The latest first. */
  readonly requestLog: readonly RequestLogEntry[]
}
