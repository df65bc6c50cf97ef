// The guard: authenticates a request to a route of the host by its method and headers alone.

import { boundedUserAgent } from '../domain/credential.ts'
import { AuthError } from '../domain/errors.ts'
import { isSafeMethod } from '../domain/origin.ts'
import type { ClientInfo, EngineContext } from '../engine/context.ts'
import { DeviceProofRequired } from '../engine/dbsc-proofs.ts'
import type { CredentialTransport, Principal } from '../engine/principal.ts'
import { type Authenticated, authenticateRequest, checkAccess, checkCredentialSource } from './authenticate-request.ts'
import { cookieNames, type RequestCredentials, readCredentials } from './credentials.ts'
import { ownUrl, verifyDpopHeader } from './dpop.ts'
import { type GuardOptions, type GuardPolicy, readGuardOptions } from './guard-options.ts'
import { type MaybePromise, mapMaybe } from './maybe-promise.ts'
import type { HttpRequest } from './message.ts'
import { reportDeviceMismatch } from './report-device-mismatch.ts'
import { resolveDuplicates } from './resolve-duplicate-cookies.ts'

/** The authenticated principal of a request, or the refusal. */
export type AuthenticationResult =
  | { readonly ok: true; readonly principal: Principal; readonly via: CredentialTransport }
  | { readonly ok: false; readonly error: AuthError }

/**
 * Authenticates a request. Synchronous where the credential cache has the credential, which is nearly always; otherwise
 * a promise, which rejects with StoreError when the store is down.
 *
 * @throws TypeError for an invalid option
 */
export type Guard = (request: RequestHead, options?: GuardOptions) => MaybePromise<AuthenticationResult>

export type RequestEvaluator = (request: RequestHead, policy: GuardPolicy) => MaybePromise<AuthenticationResult>

export interface RequestHead extends Pick<HttpRequest, 'method' | 'header' | 'hostRequest'> {
  /** The client's address, for the audit log: called only where a copied credential is refused. */
  readonly address?: () => string
  /** The path, with or without a query: the URL of the DPoP proof with `auth: 'dpop'`. */
  readonly target?: string
}

export function createRequestEvaluator(engine: EngineContext): RequestEvaluator {
  const names = cookieNames(engine.policy.cookies)
  const requiresDpop = engine.policy.dpop === 'always'

  function evaluate(method: string, policy: GuardPolicy, authenticated: Authenticated | AuthError): AuthenticationResult {
    if (authenticated instanceof AuthError) return { ok: false, error: authenticated }
    const { principal, via } = authenticated
    const auth = policy.requiresHeader || !isSafeMethod(method) ? 'header-only' : 'session-or-token'
    const error = checkCredentialSource(auth, via) ?? checkAccess(policy, principal, engine)
    return error ? { ok: false, error } : { ok: true, principal, via }
  }

  /** Last of all: a DPoP proof is valid once, and must not be consumed by a request that is refused anyway. */
  function withDpop(
    request: RequestHead,
    credentials: RequestCredentials,
    found: AuthenticationResult,
  ): MaybePromise<AuthenticationResult> {
    const { method, target } = request
    if (target === undefined) throw new TypeError('guard: a DPoP proof needs the target of the request: pass its path.')
    const dpopTarget = { htm: method, htu: ownUrl(engine, target.split('?', 1)[0] ?? '') }
    return mapMaybe(verifyDpopHeader(engine, request, dpopTarget, credentials.header, { sensitive: true, issuesToken: false }), (jkt) =>
      jkt instanceof AuthError ? { ok: false, error: jkt } : found,
    )
  }

  const decide = (request: RequestHead, policy: GuardPolicy, resolved?: RequestCredentials): MaybePromise<AuthenticationResult> => {
    const { method, header } = request
    const credentials = resolved ?? readCredentials(header, names)
    if (credentials instanceof AuthError) return { ok: false, error: credentials }
    // The response is the host's: we resolve the duplicates, but set no cookies.
    if (resolved === undefined && credentials.cookies.duplicates !== undefined)
      return resolveDuplicates(engine, credentials, 'header').then((found) => decide(request, policy, found))
    return mapMaybe(authenticateRequest(engine, credentials, request, header('x-latchkey-passive') === '1'), (authenticated) => {
      if (authenticated instanceof DeviceProofRequired) {
        return reportDeviceMismatch(engine, authenticated, clientInfoOf(request), request).then((error) => ({ ok: false, error }))
      }
      const found = evaluate(method, policy, authenticated)
      return (policy.requiresDpop || requiresDpop) && found.ok && found.via === 'token' ? withDpop(request, credentials, found) : found
    })
  }
  return decide
}

function clientInfoOf({ address, header }: RequestHead): ClientInfo {
  return { ip: address?.() ?? '', userAgent: boundedUserAgent(header('user-agent')) }
}

export function createGuard(engine: EngineContext): Guard {
  const evaluate = createRequestEvaluator(engine)
  const defaults = readGuardOptions({}, engine.policy.freshAge)
  const policies = new WeakMap<GuardOptions, GuardPolicy>()
  return (request, options) => {
    if (options === undefined) return evaluate(request, defaults)
    const policy = policies.get(options) ?? readGuardOptions(options, engine.policy.freshAge)
    policies.set(options, policy)
    return evaluate(request, policy)
  }
}
