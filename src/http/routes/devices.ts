// The routes of Device Bound Session Credentials (DBSC): a browser binds its lineage to the device, and renews the device proof.

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
    summary: "Binds the sign-in to the browser's device. Called by the browser after Secure-Session-Registration.",
    responses: { 200: deviceInstructionsResponse },
    errorCodes: ['session.required', 'proof.required'],
    async run(context) {
      const { engine, request, credentials, clientInfo } = context
      const sent = unquoted(request.header('secure-session-response'))
      if (sent === undefined) return dbscRefused('device_missing')
      const { session } = credentials.cookies
      if (session === undefined) return new AuthError('session.required', { reason: 'none' })
      const bound = await bindDevice(engine, session, sent, ownUrl(engine, request.path), clientInfo)
      return bound instanceof AuthError ? bound : instructions(context, bound)
    },
  }),
  openRoute({
    method: 'POST',
    path: REFRESH,
    auth: 'allowed-origin',
    summary: 'Renews the device proof of the binding in Sec-Secure-Session-Id; the first response is 403 with a challenge.',
    responses: { 200: deviceInstructionsResponse },
    errorCodes: ['request.malformed', 'proof.required'],
    async run(context) {
      const { app, engine, request, credentials } = context
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
      if (!isDeviceChallenge(renewed)) return instructions(context, renewed)
      const body = JSON.stringify({ ...problemOf(dbscRefused('device_challenge'), app.publicUrl), status: 403 })
      return { status: 403, content: { type: PROBLEM_TYPE, body }, headers: challengeHeader(renewed.lineage, renewed.challenge) }
    },
  }),
]

/** The session instructions for the browser, with the first device proof. */
function instructions({ engine }: RouteContext, { lineage, proof, nextChallenge }: RenewedDeviceProof): RouteResult {
  const cookie = deviceCookie(proof, engine.policy.cookies)
  return {
    json: {
      session_identifier: lineage,
      refresh_url: REFRESH,
      scope: { include_site: false, scope_specification: [] },
      credentials: [{ type: 'cookie', name: cookie.name, attributes: cookie.attributes }],
      // Other sites that link here may cause a refresh: the browser holds their request until it has a proof.
      allowed_refresh_initiators: ['*'],
    },
    cookies: [cookie.set],
    ...(nextChallenge === undefined ? {} : { headers: challengeHeader(lineage, nextChallenge) }),
  }
}

function challengeHeader(lineage: string, challenge: string) {
  return { 'secure-session-challenge': `"${challenge}";id="${lineage}"` }
}

/** A string of a structured header (RFC 9651); some browsers send it without quotes. */
function unquoted(text: ReturnType<HttpRequest['header']>): string | undefined {
  const trimmed = text?.trim()
  return (/^"(.*)"$/.exec(trimmed ?? '')?.[1] ?? trimmed) || undefined
}
