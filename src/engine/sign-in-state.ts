// Whether the cookies of a browser sign somebody in: read, and not used. Nothing is touched, rotated, recorded or raised by it.

import { judgeDevice } from '../domain/device-binding.ts'
import type { EndReason } from '../domain/ending.ts'
import { judgeRemembered } from '../domain/remembered-login.ts'
import { findLiving } from './authenticate.ts'
import { provenUntil } from './device-proofs.ts'
import type { Parts } from './parts.ts'

export type SignInState =
  /** `reason`: why the credential that was sent has ended, where that is on record. */
  | { readonly is: 'signed-out'; readonly reason?: EndReason }
  /** `id`: the public id of the session. */
  | { readonly is: 'session'; readonly id: string; readonly username: string }
  /** No live session, but a remembered login that would start one. `id`: the public id of the login. */
  | { readonly is: 'remember_me'; readonly id: string; readonly username: string }
  /** Genuine and live, and without the proof of its device: nobody is named. */
  | { readonly is: 'unproven' }

export interface SentCookies {
  readonly session?: string | undefined
  readonly remember?: string | undefined
  /** The device proof. */
  readonly device?: string | undefined
}

/** @param browser the browser string @throws StoreError */
export async function readSignInState(parts: Parts, cookies: SentCookies, browser: string): Promise<SignInState> {
  const session = await stateOfSession(parts, cookies)
  if (session.is !== 'signed-out') return session
  const login = await stateOfLogin(parts, cookies, browser)
  return login.is === 'signed-out' ? { ...login, ...session } : login
}

async function stateOfSession(parts: Parts, { session: raw, device }: SentCookies): Promise<SignInState> {
  const opened = raw === undefined ? undefined : parts.secrets.open('session', raw)
  if (opened === undefined) return { is: 'signed-out' }
  const found = await findLiving(parts, opened.id, opened)
  if (!found.ok) return ended(found.reason)
  const { session } = found
  const shown = judgeDevice(session, provenUntil(parts, session, device), parts.clock.now(), parts.policy.deviceBinding)
  return shown.ok ? { is: 'session', id: session.id, username: session.username } : { is: 'unproven' }
}

async function stateOfLogin(parts: Parts, { remember: raw, device }: SentCookies, browser: string): Promise<SignInState> {
  const opened = raw === undefined ? undefined : parts.secrets.open('remember_me', raw)
  if (opened === undefined) return { is: 'signed-out' }
  const found = await parts.store.credentials.find(opened.id)
  const by = { userAgent: browser, provenUntil: found?.kind === 'remember_me' ? provenUntil(parts, found, device) : undefined }
  const judged = judgeRemembered(found, opened, by, parts.clock.now(), parts.policy)
  if (judged.verdict === 'refuse') return ended(judged.reason)
  if (judged.verdict === 'unproven') return { is: 'unproven' }
  // It signs nobody in. What follows from it is for the request that uses it.
  if (judged.verdict === 'theft') return { is: 'signed-out' }
  const user = await parts.store.users.find(judged.login.userId)
  if (user === undefined || user.disabled) return { is: 'signed-out', reason: 'revoked' }
  return { is: 'remember_me', id: judged.login.id, username: user.username }
}

function ended(reason: EndReason | 'unknown' | 'none'): SignInState {
  return reason === 'unknown' || reason === 'none' ? { is: 'signed-out' } : { is: 'signed-out', reason }
}
