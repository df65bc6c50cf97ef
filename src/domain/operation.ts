// The record of operations: who did what, when, from where, and how it ended. Credentials never appear in it.

import type { JsonObject } from './session-data.ts'

/** The last three are grades of what is not as usual: nothing to do, worth a look, somebody else is at work. */
export type Outcome = 'ok' | 'refused' | 'limited' | 'notice' | 'warning' | 'alarm'

/** What is done to a user or a deployment by somebody else. */
export type AdministeredAction =
  | 'account.register'
  | 'account.delete'
  | 'account.disable'
  | 'account.enable'
  | 'account.roles'
  | 'key.add'
  | 'key.remove'
  | 'key.rotate'
  | 'password.change'
  | 'session.end'

/** What Latchkey itself records; applications record actions of their own beside these. */
export type OwnAction =
  | AdministeredAction
  /** The same, in the record of the administrator who did it. */
  | `admin.${AdministeredAction}`
  | 'account.import'
  | 'device.bind'
  | 'device.changed'
  | 'device.mismatch'
  | 'login.country'
  | 'login.password'
  | 'login.remembered'
  | 'login.vouched'
  | 'token.networks'

export interface Operation {
  readonly id: string
  readonly userCode: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly action: string
  readonly outcome: Outcome
  readonly sessionId: string | null
  readonly ip: string
  readonly device: string
  readonly detail: JsonObject
}

const SIGN_INS: readonly string[] = ['account.register', 'login.password', 'login.remembered', 'login.vouched'] satisfies OwnAction[]

/** Whether somebody got in by it. */
export function isSignIn({ action, outcome }: Operation): boolean {
  return outcome === 'ok' && SIGN_INS.includes(action)
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

/** True when an application may record this action: well formed, and under none of our own prefixes. */
export function isApplicationAction(action: string): boolean {
  return action.length <= MAX_ACTION && ACTION.test(action) && !RESERVED.includes(action.slice(0, action.indexOf('.')))
}
