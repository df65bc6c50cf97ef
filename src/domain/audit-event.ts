// Audit events: who did what, when, from where, and how it ended. Credentials never appear in them.

import type { JsonObject } from './session-data.ts'

export type Outcome = 'success' | 'failure' | 'rate_limited'

/** `info`: routine. `notice`: no action needed. `warning`: worth a look. `alarm`: an attacker probably has a credential. */
export type Severity = 'info' | 'notice' | 'warning' | 'alarm'

/** Actions of an operator or administrator on a user or on the deployment. */
export type AdminActionName =
  | 'account.register'
  | 'account.delete'
  | 'account.disable'
  | 'account.enable'
  | 'account.roles'
  | 'key.create'
  | 'key.remove'
  | 'key.rotate'
  | 'password.change'
  | 'session.revoke'

/** Actions that Latchkey records; applications record their own actions as well. */
export type BuiltInAction =
  | AdminActionName
  /** The same, in the audit log of the administrator. */
  | `admin.${AdminActionName}`
  | 'account.import'
  | 'device.bind'
  | 'device.changed'
  | 'device.mismatch'
  | 'login.country'
  | 'login.password'
  | 'login.remember_me'
  | 'login.external'
  | 'token.networks'

export interface AuditEvent {
  readonly id: string
  readonly userId: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly action: string
  readonly outcome: Outcome
  readonly severity: Severity
  readonly sessionId: string | null
  readonly ip: string
  readonly userAgent: string
  readonly detail: JsonObject
}

const SIGN_INS: readonly string[] = ['account.register', 'login.password', 'login.remember_me', 'login.external'] satisfies BuiltInAction[]

/** True for an event that signed the user in. */
export function isSignIn({ action, outcome }: AuditEvent): boolean {
  return outcome === 'success' && SIGN_INS.includes(action)
}

const ACTION = /^[a-z]+(\.[a-z_]+)+$/
const MAX_ACTION = 128
const RESERVED = [
  'access',
  'account',
  'admin',
  'device',
  'key',
  'latchkey',
  'login',
  'logout',
  'password',
  'remembered',
  'service',
  'session',
  'token',
]

/** Bytes of JSON text in an application's `detail`. */
export const MAX_DETAIL = 4 * 1024

/** True when an application may record this action: well formed, and without one of our own prefixes. */
export function isApplicationAction(action: string): boolean {
  return action.length <= MAX_ACTION && ACTION.test(action) && !RESERVED.includes(action.slice(0, action.indexOf('.')))
}
