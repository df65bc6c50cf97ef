// Who a request to a route of the host's own is, by its method and its headers alone.

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

/** Who a request is, or why nobody can say. */
export type AuthenticationResult =
  | { readonly ok: true; readonly principal: Principal; readonly via: CredentialTransport }
  | { readonly ok: false; readonly error: AuthError }

/**
 * Judges a request. Answers at once where its credential was verified before, which is nearly always; otherwise there is a
 * promise, which rejects with StoreError when the store had to be asked and is down.
 *
 * @throws TypeError for an option that is not understood
 */
export type Guard = (request: RequestHead, options?: GuardOptions) => MaybePromise<AuthenticationResult>

export type RequestEvaluator = (request: RequestHead, rule: GuardPolicy) => MaybePromise<AuthenticationResult>

export interface RequestHead extends Pick<HttpRequest, 'method' | 'header' | 'hostRequest'> {
  /** The client's address, for the record: asked for where a copy of a sign-in is refused. */
  readonly address?: () => string
  /** The path, with or without a query: what `proof: 'key'` is a proof for. */
  readonly target?: string
}

export function createRequestEvaluator(parts: EngineContext): RequestEvaluator {
  const names = cookieNames(parts.policy.cookies)
  const requiresDpop = parts.policy.dpop === 'always'

  function evaluate(method: string, rule: GuardPolicy, proven: Authenticated | AuthError): AuthenticationResult {
    if (proven instanceof AuthError) return { ok: false, error: proven }
    const { principal, via } = proven
    const proof = rule.requiresHeader || !isSafeMethod(method) ? 'header-only' : 'session-or-token'
    const error = checkCredentialSource(proof, via) ?? checkAccess(rule, principal, parts)
    return error ? { ok: false, error } : { ok: true, principal, via }
  }

  /** Last of all: a proof counts once, and is not to be used up by a request that is refused anyway. */
  function withDpop(asking: RequestHead, credentials: RequestCredentials, found: AuthenticationResult): MaybePromise<AuthenticationResult> {
    const { method, target } = asking
    if (target === undefined) throw new TypeError('guard: a proof of a key needs the target of the request: its path.')
    const dpopTarget = { htm: method, htu: ownUrl(parts, target.split('?', 1)[0] ?? '') }
    return mapMaybe(verifyDpopHeader(parts, asking, dpopTarget, credentials.header, { sensitive: true, issuesToken: false }), (key) =>
      key instanceof AuthError ? { ok: false, error: key } : found,
    )
  }

  const decide = (request: RequestHead, rule: GuardPolicy, settled?: RequestCredentials): MaybePromise<AuthenticationResult> => {
    const { method, header } = request
    const credentials = settled ?? readCredentials(header, names)
    if (credentials instanceof AuthError) return { ok: false, error: credentials }
    // The answer is the host's: what counts is found out, and the browser keeps what it has.
    if (settled === undefined && credentials.cookies.duplicates !== undefined)
      return resolveDuplicates(parts, credentials, 'header').then((found) => decide(request, rule, found))
    return mapMaybe(authenticateRequest(parts, credentials, request, header('x-latchkey-passive') === '1'), (proven) => {
      if (proven instanceof DeviceProofRequired) {
        return reportDeviceMismatch(parts, proven, clientInfoOf(request), request).then((error) => ({ ok: false, error }))
      }
      const found = evaluate(method, rule, proven)
      return (rule.requiresDpop || requiresDpop) && found.ok && found.via === 'token' ? withDpop(request, credentials, found) : found
    })
  }
  return decide
}

function clientInfoOf({ address, header }: RequestHead): ClientInfo {
  return { ip: address?.() ?? '', userAgent: boundedUserAgent(header('user-agent')) }
}

export function createGuard(parts: EngineContext): Guard {
  const judge = createRequestEvaluator(parts)
  const usual = readGuardOptions({}, parts.policy.freshAge)
  const read = new WeakMap<GuardOptions, GuardPolicy>()
  return (request, options) => {
    if (options === undefined) return judge(request, usual)
    const rule = read.get(options) ?? readGuardOptions(options, parts.policy.freshAge)
    read.set(options, rule)
    return judge(request, rule)
  }
}
