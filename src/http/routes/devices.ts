// Device Bound Session Credentials: a browser binds the lineage it has just been given, and renews the proof that it is still there.

import { AuthError } from '../../domain/errors.ts'
import { bindDevice, dbscRefused, isDeviceChallenge, type RenewedDeviceProof, renewDeviceProof } from '../../engine/dbsc.ts'
import { deviceInstructionsResponse } from '../contract.ts'
import { deviceCookie } from '../cookies.ts'
import { DBSC_REGISTRATION_PATH } from '../dbsc-registration.ts'
import { ownUrl } from '../dpop.ts'
import type { HttpRequest } from '../message.ts'
import { PROBLEM_TYPE, problemOf } from '../problem.ts'
import { openRoute, type RouteContext, type RouteResult } from '../route.ts'

const REFRESH = '/access/device/refresh'

export const deviceRoutes = [
  openRoute({
    method: 'POST',
    path: DBSC_REGISTRATION_PATH,
    auth: 'allowed-origin',
    summary: "Binds the sign-in to the browser's device: asked for by Secure-Session-Registration, answered by the browser itself.",
    responses: { 200: deviceInstructionsResponse },
    errorCodes: ['session.required', 'proof.required'],
    async run(call) {
      const { engine, request, credentials, clientInfo } = call
      const sent = unquoted(request.header('secure-session-response'))
      if (sent === undefined) return dbscRefused('device_missing')
      const { session } = credentials.cookies
      if (session === undefined) return new AuthError('session.required', { reason: 'none' })
      const bound = await bindDevice(engine, session, sent, ownUrl(engine, request.path), clientInfo)
      return bound instanceof AuthError ? bound : instructions(call, bound)
    },
  }),
  openRoute({
    method: 'POST',
    path: REFRESH,
    auth: 'allowed-origin',
    summary: "Renews the device's proof, of the binding named by Sec-Secure-Session-Id: 403 with a challenge first.",
    responses: { 200: deviceInstructionsResponse },
    errorCodes: ['request.malformed', 'proof.required'],
    async run(call) {
      const { app, engine, request, credentials } = call
      const { session, remember: rememberMe } = credentials.cookies
      const lineage = unquoted(request.header('sec-secure-session-id'))
      if (lineage === undefined) return new AuthError('request.malformed', { reason: 'missing_header' })
      const renewed = await renewDeviceProof(
        engine,
        lineage,
        unquoted(request.header('secure-session-response')),
        ownUrl(engine, request.path),
        { session, rememberMe },
      )
      if (renewed instanceof AuthError) return renewed
      if (renewed === 'terminated') return { json: { continue: false } }
      if (!isDeviceChallenge(renewed)) return instructions(call, renewed)
      const body = JSON.stringify({ ...problemOf(dbscRefused('device_challenge'), app.publicUrl), status: 403 })
      return { status: 403, content: { type: PROBLEM_TYPE, body }, headers: challengeHeader(renewed.lineage, renewed.challenge) }
    },
  }),
]

/** What the browser is to do from now on, and the proof to begin with. */
function instructions({ engine }: RouteContext, { lineage, proof, nextChallenge }: RenewedDeviceProof): RouteResult {
  const cookie = deviceCookie(proof, engine.policy.cookies)
  return {
    json: {
      session_identifier: lineage,
      refresh_url: REFRESH,
      scope: { include_site: false, scope_specification: [] },
      credentials: [{ type: 'cookie', name: cookie.name, attributes: cookie.attributes }],
      // Also where another site leads here: the request that it makes is held, and arrives with a proof.
      allowed_refresh_initiators: ['*'],
    },
    cookies: [cookie.set],
    ...(nextChallenge === undefined ? {} : { headers: challengeHeader(lineage, nextChallenge) }),
  }
}

function challengeHeader(lineage: string, challenge: string) {
  return { 'secure-session-challenge': `"${challenge}";id="${lineage}"` }
}

/** A string of a structured header (RFC 9651), which browsers send bare. */
function unquoted(text: ReturnType<HttpRequest['header']>): string | undefined {
  const trimmed = text?.trim()
  return (/^"(.*)"$/.exec(trimmed ?? '')?.[1] ?? trimmed) || undefined
}
