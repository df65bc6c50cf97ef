// The sign-in state of a page's request: the user signed in by its cookies, or unknown when the store is down.

import { boundedUserAgent } from '../domain/credential.ts'
import { StoreError } from '../domain/errors.ts'
import { readSignInState, type SignInState } from '../engine/sign-in-state.ts'
import type { RouteContext } from './route.ts'

/** `unknown`: the store is down. */
export type SignInStateOrUnknown = SignInState | { readonly status: 'unknown' }

/** Reads nothing from the store where the request has none of our cookies. */
export async function loadSignInState({ engine, credentials, request }: RouteContext<unknown, unknown>): Promise<SignInStateOrUnknown> {
  try {
    return await readSignInState(engine, credentials.cookies, boundedUserAgent(request.header('user-agent')))
  } catch (error) {
    if (error instanceof StoreError) return { status: 'unknown' }
    throw error
  }
}

/** A key that stays the same as long as the sign-in's state does: pages compare it to detect a change. */
export function signInStateKey(state: SignInStateOrUnknown): string {
  return 'id' in state ? `${state.status} ${state.id}` : state.status
}
