// Who a request to a route of the host's own is, by its method and its headers alone.

import { AuthError } from '../domain/errors.ts'
import { isSafeMethod } from '../domain/origin.ts'
import { isFresh } from '../domain/session.ts'
import type { Parts } from '../engine/parts.ts'
import type { Principal, Via } from '../engine/principal.ts'
import { type Soon, soon } from './at-once.ts'
import { cookieNames, readCredentials } from './credentials.ts'
import type { Incoming } from './message.ts'
import { judgeProof, type Proven, provePrincipal } from './proof.ts'

/** Who a request is, or why nobody can say. */
export type Authentication =
  | { readonly ok: true; readonly principal: Principal; readonly via: Via }
  | { readonly ok: false; readonly error: AuthError }

export interface GuardOptions {
  /** True where the password must have been typed in this session within LATCHKEY_FRESH_FOR. */
  readonly fresh?: boolean
}

/**
 * Judges a request. Answers at once where its credential was verified before, which is nearly always; otherwise there is a
 * promise, which rejects with StoreError when the store had to be asked and is down.
 */
export type Guard = (request: Pick<Incoming, 'method' | 'header'>, options?: GuardOptions) => Soon<Authentication>

export function createGuard(parts: Parts): Guard {
  const names = cookieNames(parts.policy.cookies)

  function judge(method: string, fresh: boolean, proven: Proven | AuthError): Authentication {
    if (proven instanceof AuthError) return { ok: false, error: proven }
    const { principal, via } = proven
    const error = judgeProof(isSafeMethod(method) ? 'any' : 'header', via) ?? (fresh ? judgeFresh(parts, principal) : undefined)
    return error ? { ok: false, error } : { ok: true, principal, via }
  }

  return ({ method, header }, { fresh = false } = {}) => {
    const credentials = readCredentials(header, names)
    if (credentials instanceof AuthError) return { ok: false, error: credentials }
    return soon(provePrincipal(parts, credentials, header('x-latchkey-passive') === '1'), (proven) => judge(method, fresh, proven))
  }
}

function judgeFresh(parts: Parts, principal: Principal): AuthError | undefined {
  return isFresh(principal, parts.clock.now(), parts.policy.freshFor) ? undefined : new AuthError('session.not_fresh')
}
