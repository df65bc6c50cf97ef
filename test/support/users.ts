// Somebody who signs in, for tests that need one.

import { ok, strictEqual } from 'node:assert/strict'
import { AuthError } from '../../src/domain/errors.ts'
import { addServiceKey } from '../../src/engine/keys.ts'
import { addUser } from '../../src/engine/users.ts'
import { type CallOptions, cookieHeader, type InProcess, type InProcessResponse } from './in-process.ts'

export const ALICE = { username: 'Alice', password: 'blue-tulip-under-7-moons' } as const

export const ADMIN = { username: 'Root', password: 'nine-amber-lanterns-adrift' } as const

export interface SignedInUser {
  readonly userId: string
  readonly token: string
  readonly sid: string
  readonly jar: Readonly<Record<string, string>>
  /** Everything in the jar, as a Cookie header. */
  readonly cookies: string
  /** The session cookie alone. */
  readonly session: string
  /** The remembered login's cookie alone; empty without one. */
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

export function toSignedInUser(answer: InProcessResponse, status: number): SignedInUser {
  strictEqual(answer.status, status, answer.body ?? '')
  const one = (suffix: string) => cookieHeader(Object.fromEntries(Object.entries(answer.jar).filter(([name]) => name.endsWith(suffix))))
  return {
    userId: answer.json.user.id,
    token: answer.json.token,
    sid: answer.json.session.id,
    jar: answer.jar,
    cookies: cookieHeader(answer.jar),
    session: one('_session'),
    remembered: one('_remember'),
  }
}

/** Somebody who has the role to administer, freshly signed in. */
export async function loginAsAdmin(latchkey: InProcess, body: Readonly<Record<string, unknown>> = {}): Promise<SignedInUser> {
  const added = await addUser(latchkey.engine, 'operator', { ...ADMIN, email: null, roles: ['admin'], ...body })
  ok(!(added instanceof AuthError))
  return login(latchkey, { ...ADMIN, ...body })
}

/** The value of a new key for another service. */
export async function createServiceKey({ engine }: InProcess, name: string): Promise<string> {
  const added = await addServiceKey(engine, 'operator', name)
  ok(!(added instanceof AuthError))
  return added.value
}
