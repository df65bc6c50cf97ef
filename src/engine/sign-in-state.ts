// The sign-in state of a browser, read from its cookies without using them: nothing is touched, rotated or recorded.

import { evaluateDevice } from '../domain/device-binding.ts'
import { evaluateRememberMe } from '../domain/remember-me-login.ts'
import type { RevocationReason } from '../domain/revocation.ts'
import { findLiveSession } from './authenticate.ts'
import type { EngineContext } from './context.ts'
import { proofValidUntil } from './dbsc-proofs.ts'

export type SignInState =
  /** `reason`: why the presented credential was revoked, if known. */
  | { readonly status: 'signed-out'; readonly reason?: RevocationReason }
  /** `id`: the public id of the session. */
  | { readonly status: 'session'; readonly id: string; readonly username: string }
  /** No live session, but a remember-me login that would start one. `id`: the public id of the login. */
  | { readonly status: 'remember_me'; readonly id: string; readonly username: string }
  /** Genuine and live, but without its device proof: the username is not revealed. */
  | { readonly status: 'device_proof_missing' }

export interface PresentedCookies {
  readonly session?: string | undefined
  readonly remember?: string | undefined
  /** The device proof. */
  readonly device?: string | undefined
}

/** @param userAgent the User-Agent @throws StoreError */
export async function readSignInState(context: EngineContext, cookies: PresentedCookies, userAgent: string): Promise<SignInState> {
  const session = await evaluateSessionCookie(context, cookies)
  if (session.status !== 'signed-out') return session
  const login = await evaluateRememberCookie(context, cookies, userAgent)
  return login.status === 'signed-out' ? { ...login, ...session } : login
}

async function evaluateSessionCookie(context: EngineContext, { session: raw, device }: PresentedCookies): Promise<SignInState> {
  const opened = raw === undefined ? undefined : context.secrets.open('session', raw)
  if (opened === undefined) return { status: 'signed-out' }
  const found = await findLiveSession(context, opened.id, opened)
  if (!found.ok) return signedOutState(found.reason)
  const { session } = found
  const deviceResult = evaluateDevice(session, proofValidUntil(context, session, device), context.clock.now(), context.policy.deviceBinding)
  return deviceResult.ok ? { status: 'session', id: session.id, username: session.username } : { status: 'device_proof_missing' }
}

async function evaluateRememberCookie(
  context: EngineContext,
  { remember: raw, device }: PresentedCookies,
  userAgent: string,
): Promise<SignInState> {
  const opened = raw === undefined ? undefined : context.secrets.open('remember_me', raw)
  if (opened === undefined) return { status: 'signed-out' }
  const found = await context.store.credentials.find(opened.id)
  const presenter = {
    userAgent,
    proofValidUntil: found?.kind === 'remember_me' ? proofValidUntil(context, found, device) : undefined,
  }
  const evaluation = evaluateRememberMe(found, opened, presenter, context.clock.now(), context.policy)
  if (evaluation.verdict === 'refuse') return signedOutState(evaluation.reason)
  if (evaluation.verdict === 'device_proof_missing') return { status: 'device_proof_missing' }
  // Not signed in. The request that uses the login revokes its lineage.
  if (evaluation.verdict === 'theft_suspected') return { status: 'signed-out' }
  const user = await context.store.users.find(evaluation.login.userId)
  if (user === undefined || user.disabled) return { status: 'signed-out', reason: 'revoked' }
  return { status: 'remember_me', id: evaluation.login.id, username: user.username }
}

function signedOutState(reason: RevocationReason | 'unknown' | 'none'): SignInState {
  return reason === 'unknown' || reason === 'none' ? { status: 'signed-out' } : { status: 'signed-out', reason }
}
