// Types shared by the lab server and the lab page.

export interface RequestLogEntry {
  readonly number: number
  readonly at: number
  readonly sender: 'page' | 'attacker' | 'other site' | 'address bar' | 'program'
  readonly method: string
  readonly path: string
  /** Names of our cookies in the request. */
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
  /** When it expires if it is not used again. */
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
  /** Changes whenever the stored state changes, except for last-seen times. */
  readonly fingerprint: string
}

export type StolenCredential = { readonly kind: 'session' | 'remember' | 'token'; readonly value: string }

export interface Attempt {
  /** What was tried: the key of its text. */
  readonly tried: 'read' | 'changeByCookie' | 'mint' | 'change' | 'resume' | 'readResumed' | 'changeByHeader' | 'endOthers'
  readonly status: number
  readonly code: string | null
  readonly reason: string | null
}

/** An attempt with bound credentials: the attacker has no keys. */
export interface BoundAttempt extends Attempt {
  readonly by: 'owner' | 'attacker'
}

/** The attempts of the attacker and the owner, and the alarm in the audit log, if any. */
export interface BoundAttackResult {
  readonly attempts: readonly BoundAttempt[]
  readonly alarm: Pick<StoredAuditEvent, 'action' | 'severity' | 'detail'> | null
}

/** A snapshot of everything that the lab shows. */
export interface State {
  /** The server's clock, in milliseconds since 1970. */
  readonly now: number
  /** The user of the browser's cookies. */
  readonly userId: string | null
  readonly browser: readonly { readonly name: string; readonly value: string }[]
  readonly server: ServerState
  /** The latest first. */
  readonly requestLog: readonly RequestLogEntry[]
}
