// Whether a request may come in: its origin, then its credentials, then their proof. Nothing of its body is read before.

import { deviceOf } from '../domain/credential.ts'
import { AuthError } from '../domain/errors.ts'
import { isSafeMethod } from '../domain/origin.ts'
import type { Parts } from '../engine/parts.ts'
import type { Principal } from '../engine/principal.ts'
import { type Soon, soon } from './at-once.ts'
import { type CookieNames, type RequestCredentials, readCredentials } from './credentials.ts'
import { checkOrigin } from './cross-origin.ts'
import { ownAddress, readKeyProof } from './key-proof.ts'
import type { Incoming } from './message.ts'
import { judgeProof, judgeRights, type Proven, provePrincipal, proveService } from './proof.ts'
import type { App, Call, Route } from './route.ts'
import { settle } from './settle-cookies.ts'

export interface Admission {
  readonly call: Call<unknown, unknown>
  /** Who it is, for every route that asks. */
  readonly proven: Proven | undefined
  /** Why it may not; then the call is there for the route to reshape the refusal. */
  readonly refused: AuthError | undefined
}

const NOTHING: RequestCredentials = { header: undefined, cookies: {} }

/**
 * Answers at once where memory does; what is promised may reject with StoreError.
 *
 * @param settled the credentials, once it is known which of several cookies of one name counts
 */
export function admit(
  app: App,
  names: CookieNames,
  request: Incoming,
  route: Route,
  parameter: string,
  settled?: RequestCredentials,
): Soon<Admission> {
  const decide = (refused: AuthError | undefined, proven?: Proven, credentials = NOTHING, key?: string): Admission => {
    const whence = { ip: request.address, userAgent: deviceOf(request.header('user-agent')) }
    const call = { app, parts: app.parts, request, credentials, whence, parameter, key, query: undefined, body: undefined }
    return { call, proven, refused }
  }

  const changes = route.changes === true || !isSafeMethod(request.method)
  const denied = changes ? checkOrigin(request, app.parts.policy.allowedOrigins) : undefined
  if (denied) return decide(denied)

  const proof = typeof route.proof === 'function' ? route.proof(request) : route.proof
  if (proof instanceof AuthError) return decide(proof)
  if (proof === 'none') return decide(undefined)
  if (proof === 'service') return proveService(app.parts, request).then((refused) => decide(refused))
  const credentials = settled ?? readCredentials((name) => request.header(name), names)
  if (credentials instanceof AuthError) return decide(credentials)
  if (settled === undefined && credentials.cookies.duplicates !== undefined) {
    const needs = proof !== 'origin' ? 'header' : isSafeMethod(request.method) ? 'page' : 'cookies'
    return settle(app.parts, credentials, needs).then((found) => admit(app, names, request, route, parameter, found))
  }
  const withKey = (proven?: Proven): Soon<Admission> => {
    const { mints = false } = route
    const sensitive = typeof route.sensitive === 'function' ? route.sensitive(request) : route.sensitive === true
    if (!(sensitive || mints) && app.parts.policy.dpop !== 'always') return decide(undefined, proven, credentials)
    const occasion = route.occasion?.(request, app.parts) ?? { method: request.method, url: ownAddress(app.parts, request.path) }
    return soon(readKeyProof(app.parts, request, occasion, credentials.header, { sensitive, mints }), (key) =>
      key instanceof AuthError ? decide(key, proven, credentials) : decide(undefined, proven, credentials, key),
    )
  }
  if (proof === 'origin' || proof === 'renewable') return withKey()

  return soon(provePrincipal(app.parts, credentials, request, request.header('x-latchkey-passive') === '1'), (proven) => {
    if (proven instanceof AuthError) return decide(proven, undefined, credentials)
    const refused = judgeProof(proof, proven.via) ?? judgeRoute(route, proven.principal, app.parts)
    return refused ? decide(refused, proven, credentials) : withKey(proven)
  })
}

/** Most routes ask for neither, and pay for neither. */
function judgeRoute({ role, fresh }: Route, principal: Principal, parts: Parts): AuthError | undefined {
  if (role === undefined && !fresh) return undefined
  return judgeRights({ role, freshAge: fresh ? parts.policy.freshAge : undefined }, principal, parts)
}

/** A body may take its time to arrive: why whoever was let in before it is no longer, if their session has ended since. */
export async function endedMeanwhile(app: App, call: Call<unknown, unknown>, { principal }: Proven): Promise<AuthError | undefined> {
  if (app.parts.endings.reasonOf(principal.sid) === undefined) return undefined
  const again = await provePrincipal(app.parts, call.credentials, call.request, true)
  return again instanceof AuthError ? again : undefined
}
