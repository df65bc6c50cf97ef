// Users for tests: sign-in, registration, administrators and service keys.

import { ok, strictEqual } from 'node:assert/strict'
import { AuthError } from '../../src/domain/errors.ts'
import { addServiceKey } from '../../src/engine/key-management.ts'
import { addUser } from '../../src/engine/users.ts'
import { type CallOptions, cookieHeader, type InProcess, type InProcessResponse } from './in-process.ts'

export const ALICE = { username: 'Alice', password: 'blue-tulip-under-7-moons' } as const

export const ADMIN = { username: 'Root', password: 'nine-amber-lanterns-adrift' } as const

export interface SignedInUser {
  readonly userId: string
  readonly token: string
  readonly sid: string
  readonly jar: Readonly<Record<string, string>>
  /** All cookies, as a Cookie header. */
  readonly cookies: string
  /** Only the session cookie. */
  readonly session: string
  /** Only the remember-me cookie; empty when there is none. */
  readonly remembered: string
}

export async function register(
  latchkey: InProcess,
  body: Readonly<Record<string, unknown>> = {},
  options: CallOptions = {},
): Promise<SignedInUser> {
  return toSignedInUser(await latchkey.call('POST', '/access/register', { ...options, body: { ...ALICE, ...body } }), 201)
}

export async function login(
  latchkey: InProcess,
  body: Readonly<Record<string, unknown>> = {},
  options: CallOptions = {},
): Promise<SignedInUser> {
  return toSignedInUser(await latchkey.call('POST', '/access/login', { ...options, body: { ...ALICE, ...body } }), 200)
}

export function toSignedInUser(response: InProcessResponse, status: number): SignedInUser {
  strictEqual(response.status, status, response.body ?? '')
  const one = (suffix: string) => cookieHeader(Object.fromEntries(Object.entries(response.jar).filter(([name]) => name.endsWith(suffix))))
  return {
    userId: response.json.user.id,
    token: response.json.token,
    sid: response.json.session.id,
    jar: response.jar,
    cookies: cookieHeader(response.jar),
    session: one('_session'),
    remembered: one('_remember'),
  }
}

/** Creates a user with the role admin, and signs in. */
export async function loginAsAdmin(latchkey: InProcess, body: Readonly<Record<string, unknown>> = {}): Promise<SignedInUser> {
  const added = await addUser(latchkey.engine, 'operator', { ...ADMIN, email: null, roles: ['admin'], ...body })
  ok(!(added instanceof AuthError))
  return login(latchkey, { ...ADMIN, ...body })
}

/** Creates a service key and returns its value. */
export async function createServiceKey({ engine }: InProcess, name: string): Promise<string> {
  const added = await addServiceKey(engine, 'operator', name)
  ok(!(added instanceof AuthError))
  return added.value
}
