// Authenticates a request: finds its principal, and checks that the credential satisfies the route's auth requirement.

import { AuthError } from '../domain/errors.ts'
import { isFresh } from '../domain/session.ts'
import { authenticate, sessionRequired, tokenInvalid } from '../engine/authenticate.ts'
import type { EngineContext } from '../engine/context.ts'
import { DeviceProofRequired } from '../engine/dbsc-proofs.ts'
import { isServiceKey } from '../engine/key-management.ts'
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
 * an error and never falls back to a cookie; a remember-me login does not authenticate, but makes the error `refreshable`. Synchronous
 * where the credential cache has the credential, like `authenticate`.
 */
export function authenticateRequest(
  engine: EngineContext,
  { header, cookies }: RequestCredentials,
  request: RequestSource,
  passive: boolean,
): MaybePromise<Authenticated | AuthError> {
  if (header === 'bad') return tokenInvalid('malformed')
  if (header?.hasDpopScheme && engine.proofVerifier.boundThumbprint(header.raw) === undefined) return tokenInvalid('malformed')
  if (header?.kind === 'session')
    return toAuthenticated(
      engine,
      'header',
      authenticateSessionCredential(engine, header.raw, cookies.device, request, passive),
      request,
      undefined,
    )
  if (header) {
    const token = new RequestCredential('token', header.raw, undefined, request)
    return toAuthenticated(engine, 'token', authenticate(engine, token, passive), request, undefined)
  }
  const found =
    cookies.session === undefined
      ? sessionRequired('none')
      : authenticateSessionCredential(engine, cookies.session, cookies.device, request, passive)
  return toAuthenticated(engine, 'cookie', found, request, cookies)
}

/**
 * The principal of a session credential. Header or cookie makes no difference: a bound session needs its device proof either way.
 *
 * @param proof the device proof that was sent
 */
export function authenticateSession(
  engine: EngineContext,
  raw: string,
  proof: string | undefined,
  request: RequestSource,
  passive: boolean,
): MaybePromise<Principal | AuthError> {
  return mapMaybe(authenticateSessionCredential(engine, raw, proof, request, passive), (found) => allowWithinBindingGrace(found, request))
}

function authenticateSessionCredential(
  engine: EngineContext,
  raw: string,
  proof: string | undefined,
  request: RequestSource,
  passive: boolean,
) {
  return authenticate(engine, new RequestCredential('session', raw, proof, request), passive)
}

function allowWithinBindingGrace(found: Principal | AuthError, request: RequestSource): Principal | AuthError {
  const isWithinGrace = found instanceof DeviceProofRequired && found.record.kind === 'session' && isWithinBindingGrace(found, request)
  return isWithinGrace ? principalOfSession(found.record) : found
}

/** @param cookies the cookies of the request where the credential was a cookie; undefined where it was a header */
function toAuthenticated(
  engine: EngineContext,
  via: CredentialTransport,
  found: MaybePromise<Principal | AuthError>,
  request: RequestSource,
  cookies: RequestCredentials['cookies'] | undefined,
): MaybePromise<Authenticated | AuthError> {
  return mapMaybe(found, (result) => {
    const principal = allowWithinBindingGrace(result, request)
    if (principal instanceof AuthError) {
      if (cookies?.session !== undefined && principal.detail.reason === 'unknown') warnForeignCookie(engine, 'session', cookies.session)
      return cookies?.remember === undefined ? principal : refreshable(principal)
    }
    return { principal, via }
  })
}

/** Authenticates another service of the deployment: only by its service key, never by a session or cookie. @throws StoreError */
export async function authenticateService(engine: EngineContext, request: HttpRequest): Promise<AuthError | undefined> {
  const authorization = request.header('authorization')
  if (authorization === null || isForeignScheme(authorization)) return sessionRequired('none')
  const key = serviceKeyIn(authorization)
  return key !== undefined && (await isServiceKey(engine, key)) ? undefined : tokenInvalid('malformed')
}

export function serviceKeyIn(authorization: string): string | undefined {
  return /^service +(\S+)$/i.exec(authorization)?.[1]
}

/** A cookie alone may only read: a change needs a credential in the header, where other sites cannot put it (CSRF). */
export function checkCredentialSource(auth: 'session-or-token' | 'header-only', via: CredentialTransport): AuthError | undefined {
  return auth === 'header-only' && via === 'cookie' ? new AuthError('csrf.header_required') : undefined
}

/** What a principal needs, regardless of how it authenticated. */
export interface AccessPolicy {
  readonly role: string | undefined
  /** Milliseconds; `undefined` where no fresh sign-in is needed. */
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
