// Whether a request may come in: its origin, then its credentials, then their proof. Nothing of its body is read before.

import { deviceOf } from '../domain/credential.ts'
import { AuthError } from '../domain/errors.ts'
import { isSafeMethod } from '../domain/origin.ts'
import { type CookieNames, type RequestCredentials, readCredentials } from './credentials.ts'
import { checkOrigin } from './cross-origin.ts'
import type { Incoming } from './message.ts'
import { judgeProof, type Proven, provePrincipal, proveService } from './proof.ts'
import type { App, Call, Route } from './route.ts'

export interface Admission {
  readonly call: Call<unknown, unknown>
  /** Who it is, for every route that asks. */
  readonly proven: Proven | undefined
  /** Why it may not; then the call is there for the route to reshape the refusal. */
  readonly refused: AuthError | undefined
}

const NOTHING: RequestCredentials = { header: undefined, cookies: {} }

/** @throws StoreError */
export async function admit(app: App, names: CookieNames, request: Incoming, route: Route, parameter: string): Promise<Admission> {
  const whence = { ip: request.address, device: deviceOf(request.header('user-agent')) }
  const call = { app, parts: app.parts, request, credentials: NOTHING, whence, parameter, query: undefined, body: undefined }
  const refuse = (refused: AuthError): Admission => ({ call, proven: undefined, refused })

  const changes = route.changes === true || !isSafeMethod(request.method)
  const denied = changes ? checkOrigin(request, app.parts.policy.allowedOrigins) : undefined
  if (denied) return refuse(denied)

  const proof = typeof route.proof === 'function' ? route.proof(request) : route.proof
  if (proof instanceof AuthError) return refuse(proof)
  if (proof === 'none') return { call, proven: undefined, refused: undefined }
  if (proof === 'service') return { call, proven: undefined, refused: await proveService(app.parts, request) }
  const credentials = readCredentials((name) => request.header(name), names)
  if (credentials instanceof AuthError) return refuse(credentials)
  if (proof === 'origin' || proof === 'renewable') return { call: { ...call, credentials }, proven: undefined, refused: undefined }

  const proven = await provePrincipal(app.parts, credentials, request.header('x-latchkey-passive') === '1')
  if (proven instanceof AuthError) return { call: { ...call, credentials }, proven: undefined, refused: proven }
  return { call: { ...call, credentials }, proven, refused: judgeProof(proof, proven.via) }
}

/** A body may take its time to arrive: why whoever was let in before it is no longer, if their session has ended since. */
export async function endedMeanwhile(app: App, call: Call<unknown, unknown>, { principal }: Proven): Promise<AuthError | undefined> {
  if (app.parts.endings.reasonOf(principal.sid) === undefined) return undefined
  const again = await provePrincipal(app.parts, call.credentials, true)
  return again instanceof AuthError ? again : undefined
}
