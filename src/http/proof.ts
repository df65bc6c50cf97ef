// Who makes a request, and whether their proof is what the route asks for.

import { AuthError } from '../domain/errors.ts'
import { isFresh } from '../domain/session.ts'
import { authenticate, sessionRequired, tokenInvalid } from '../engine/authenticate.ts'
import { UnprovenDevice } from '../engine/device-proofs.ts'
import { isServiceKey } from '../engine/keys.ts'
import type { Parts } from '../engine/parts.ts'
import { type Principal, principalOfSession, type Via } from '../engine/principal.ts'
import { type Soon, soon } from './at-once.ts'
import { isOfOthers } from './authorization.ts'
import type { RequestCredentials } from './credentials.ts'
import { noteForeignCookie } from './foreign-cookies.ts'
import type { Incoming } from './message.ts'
import { PresentedByRequest, type Sender } from './presented.ts'
import { isUnderWay } from './unproven.ts'

export interface Proven {
  readonly principal: Principal
  readonly via: Via
}

/**
 * The principal of a request, by its header credential if it has one, else by its session cookie. A bad header credential is
 * an error and never falls back to a cookie; a remembered login proves nothing here, but can be turned into a session. As
 * `authenticate`, it answers at once where it can.
 */
export function provePrincipal(
  parts: Parts,
  { header, cookies }: RequestCredentials,
  request: Sender,
  passive: boolean,
): Soon<Proven | AuthError> {
  if (header === 'bad') return tokenInvalid('malformed')
  if (header?.saidToBeBound && parts.keyProofs.boundTo(header.raw) === undefined) return tokenInvalid('malformed')
  if (header?.kind === 'session')
    return provenBy(parts, 'header', presentSession(parts, header.raw, cookies.device, request, passive), request, undefined)
  if (header) {
    const token = new PresentedByRequest('token', header.raw, undefined, request)
    return provenBy(parts, 'token', authenticate(parts, token, passive), request, undefined)
  }
  const found =
    cookies.session === undefined ? sessionRequired('none') : presentSession(parts, cookies.session, cookies.device, request, passive)
  return provenBy(parts, 'cookie', found, request, cookies)
}

/**
 * Whom a session's credential stands for. It is the same thing in a header as in a cookie: what is bound needs its device either way.
 *
 * @param proof the device proof that came along
 */
export function proveSession(
  parts: Parts,
  raw: string,
  proof: string | undefined,
  request: Sender,
  passive: boolean,
): Soon<Principal | AuthError> {
  return soon(presentSession(parts, raw, proof, request, passive), (found) => whileUnderWay(found, request))
}

function presentSession(parts: Parts, raw: string, proof: string | undefined, request: Sender, passive: boolean) {
  return authenticate(parts, new PresentedByRequest('session', raw, proof, request), passive)
}

function whileUnderWay(found: Principal | AuthError, request: Sender): Principal | AuthError {
  const isLetIn = found instanceof UnprovenDevice && found.record.kind === 'session' && isUnderWay(found, request)
  return isLetIn ? principalOfSession(found.record) : found
}

/** @param cookies those that came along where it was a cookie; undefined where it was a header */
function provenBy(
  parts: Parts,
  via: Via,
  found: Soon<Principal | AuthError>,
  request: Sender,
  cookies: RequestCredentials['cookies'] | undefined,
): Soon<Proven | AuthError> {
  return soon(found, (judged) => {
    const principal = whileUnderWay(judged, request)
    if (principal instanceof AuthError) {
      if (cookies?.session !== undefined && principal.detail.reason === 'unknown') noteForeignCookie(parts, 'session', cookies.session)
      return cookies?.remember === undefined ? principal : refreshable(principal)
    }
    return { principal, via }
  })
}

/** Another service of the deployment: nobody's session, and no cookie, stands for it. @throws StoreError */
export async function proveService(parts: Parts, request: Incoming): Promise<AuthError | undefined> {
  const authorization = request.header('authorization')
  if (authorization === null || isOfOthers(authorization)) return sessionRequired('none')
  const key = serviceKeyIn(authorization)
  return key !== undefined && (await isServiceKey(parts, key)) ? undefined : tokenInvalid('malformed')
}

export function serviceKeyIn(authorization: string): string | undefined {
  return /^service +(\S+)$/i.exec(authorization)?.[1]
}

/** A cookie alone may read; to change something, a credential must be in the header, where no other site can put it. */
export function judgeProof(proof: 'any' | 'header', via: Via): AuthError | undefined {
  return proof === 'header' && via === 'cookie' ? new AuthError('csrf.header_required') : undefined
}

/** What is asked of a principal, however they came. */
export interface Rights {
  readonly role: string | undefined
  /** Milliseconds; `undefined` where it does not matter when the password was typed. */
  readonly freshAge: number | undefined
}

export function judgeRights({ role, freshAge }: Rights, principal: Principal, { clock }: Pick<Parts, 'clock'>): AuthError | undefined {
  if (role !== undefined && !principal.roles.includes(role)) return new AuthError('role.required')
  if (freshAge !== undefined && !isFresh(principal, clock.now(), freshAge)) return new AuthError('reauthentication.required')
  return undefined
}

function refreshable(error: AuthError): AuthError {
  return error.code === 'session.required' ? new AuthError(error.code, { ...error.detail, refreshable: true }) : error
}
