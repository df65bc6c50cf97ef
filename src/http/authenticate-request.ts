// Who makes a request, and whether their proof is what the route asks for.

import { AuthError } from '../domain/errors.ts'
import { isFresh } from '../domain/session.ts'
import { authenticate, sessionRequired, tokenInvalid } from '../engine/authenticate.ts'
import type { EngineContext } from '../engine/context.ts'
import { DeviceProofRequired } from '../engine/dbsc-proofs.ts'
import { isServiceKey } from '../engine/keys.ts'
import { type CredentialTransport, type Principal, principalOfSession } from '../engine/principal.ts'
import { isForeignScheme } from './authorization.ts'
import type { RequestCredentials } from './credentials.ts'
import { warnForeignCookie } from './foreign-cookies.ts'
import { type MaybePromise, mapMaybe } from './maybe-promise.ts'
import type { HttpRequest } from './message.ts'
import { isWithinBindingGrace } from './report-device-mismatch.ts'
import { RequestCredential, type RequestSource } from './request-credential.ts'

export interface Authenticated {
  readonly principal: Principal
  readonly via: CredentialTransport
}

/**
 * The principal of a request, by its header credential if it has one, else by its session cookie. A bad header credential is
 * an error and never falls back to a cookie; a remembered login proves nothing here, but can be turned into a session. As
 * `authenticate`, it answers at once where it can.
 */
export function authenticateRequest(
  parts: EngineContext,
  { header, cookies }: RequestCredentials,
  request: RequestSource,
  passive: boolean,
): MaybePromise<Authenticated | AuthError> {
  if (header === 'bad') return tokenInvalid('malformed')
  if (header?.hasDpopScheme && parts.proofVerifier.boundThumbprint(header.raw) === undefined) return tokenInvalid('malformed')
  if (header?.kind === 'session')
    return toAuthenticated(
      parts,
      'header',
      authenticateSessionCredential(parts, header.raw, cookies.device, request, passive),
      request,
      undefined,
    )
  if (header) {
    const token = new RequestCredential('token', header.raw, undefined, request)
    return toAuthenticated(parts, 'token', authenticate(parts, token, passive), request, undefined)
  }
  const found =
    cookies.session === undefined
      ? sessionRequired('none')
      : authenticateSessionCredential(parts, cookies.session, cookies.device, request, passive)
  return toAuthenticated(parts, 'cookie', found, request, cookies)
}

/**
 * Whom a session's credential stands for. It is the same thing in a header as in a cookie: what is bound needs its device either way.
 *
 * @param proof the device proof that came along
 */
export function authenticateSession(
  parts: EngineContext,
  raw: string,
  proof: string | undefined,
  request: RequestSource,
  passive: boolean,
): MaybePromise<Principal | AuthError> {
  return mapMaybe(authenticateSessionCredential(parts, raw, proof, request, passive), (found) => allowWithinBindingGrace(found, request))
}

function authenticateSessionCredential(
  parts: EngineContext,
  raw: string,
  proof: string | undefined,
  request: RequestSource,
  passive: boolean,
) {
  return authenticate(parts, new RequestCredential('session', raw, proof, request), passive)
}

function allowWithinBindingGrace(found: Principal | AuthError, request: RequestSource): Principal | AuthError {
  const isLetIn = found instanceof DeviceProofRequired && found.record.kind === 'session' && isWithinBindingGrace(found, request)
  return isLetIn ? principalOfSession(found.record) : found
}

/** @param cookies those that came along where it was a cookie; undefined where it was a header */
function toAuthenticated(
  parts: EngineContext,
  via: CredentialTransport,
  found: MaybePromise<Principal | AuthError>,
  request: RequestSource,
  cookies: RequestCredentials['cookies'] | undefined,
): MaybePromise<Authenticated | AuthError> {
  return mapMaybe(found, (judged) => {
    const principal = allowWithinBindingGrace(judged, request)
    if (principal instanceof AuthError) {
      if (cookies?.session !== undefined && principal.detail.reason === 'unknown') warnForeignCookie(parts, 'session', cookies.session)
      return cookies?.remember === undefined ? principal : refreshable(principal)
    }
    return { principal, via }
  })
}

/** Another service of the deployment: nobody's session, and no cookie, stands for it. @throws StoreError */
export async function authenticateService(parts: EngineContext, request: HttpRequest): Promise<AuthError | undefined> {
  const authorization = request.header('authorization')
  if (authorization === null || isForeignScheme(authorization)) return sessionRequired('none')
  const key = serviceKeyIn(authorization)
  return key !== undefined && (await isServiceKey(parts, key)) ? undefined : tokenInvalid('malformed')
}

export function serviceKeyIn(authorization: string): string | undefined {
  return /^service +(\S+)$/i.exec(authorization)?.[1]
}

/** A cookie alone may read; to change something, a credential must be in the header, where no other site can put it. */
export function checkCredentialSource(proof: 'session-or-token' | 'header-only', via: CredentialTransport): AuthError | undefined {
  return proof === 'header-only' && via === 'cookie' ? new AuthError('csrf.header_required') : undefined
}

/** What is asked of a principal, however they came. */
export interface AccessPolicy {
  readonly role: string | undefined
  /** Milliseconds; `undefined` where it does not matter when the password was typed. */
  readonly freshAge: number | undefined
}

export function checkAccess(
  { role, freshAge }: AccessPolicy,
  principal: Principal,
  { clock }: Pick<EngineContext, 'clock'>,
): AuthError | undefined {
  if (role !== undefined && !principal.roles.includes(role)) return new AuthError('role.required')
  if (freshAge !== undefined && !isFresh(principal, clock.now(), freshAge)) return new AuthError('reauthentication.required')
  return undefined
}

function refreshable(error: AuthError): AuthError {
  return error.code === 'session.required' ? new AuthError(error.code, { ...error.detail, refreshable: true }) : error
}
