// Who is signed in by the cookies of a request, for pages that say so; or that it cannot be known.

import { boundedUserAgent } from '../domain/credential.ts'
import { StoreError } from '../domain/errors.ts'
import { readSignInState, type SignInState } from '../engine/sign-in-state.ts'
import type { RouteContext } from './route.ts'

/** `unknown`: the store does not answer. */
export type SignInStateOrUnknown = SignInState | { readonly status: 'unknown' }

/** Without a cookie of ours nothing is read. */
export async function loadSignInState({ engine, credentials, request }: RouteContext<unknown, unknown>): Promise<SignInStateOrUnknown> {
  try {
    return await readSignInState(engine, credentials.cookies, boundedUserAgent(request.header('user-agent')))
  } catch (error) {
    if (error instanceof StoreError) return { status: 'unknown' }
    throw error
  }
}

/** The same for the same state of the same sign-in: what a page compares to see whether something has changed. */
export function signInStateKey(state: SignInStateOrUnknown): string {
  return 'id' in state ? `${state.status} ${state.id}` : state.status
}
