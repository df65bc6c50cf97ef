// Device Bound Session Credentials: a browser binds the lineage it has just been given, and renews the proof that it is still there.

import { AuthError } from '../../domain/errors.ts'
import { bindDevice, deviceRefused, isChallenge, type ProvenDevice, renewDeviceProof } from '../../engine/devices.ts'
import { deviceInstructionsAnswer } from '../contract.ts'
import { deviceCookie } from '../cookies.ts'
import { REGISTRATION_PATH } from '../device-offer.ts'
import { ownAddress } from '../key-proof.ts'
import type { Incoming } from '../message.ts'
import { PROBLEM_TYPE, problemOf } from '../problem.ts'
import { type Call, type Outcome, openRoute } from '../route.ts'

const REFRESH = '/access/device/refresh'

export const deviceRoutes = [
  openRoute({
    method: 'POST',
    path: REGISTRATION_PATH,
    proof: 'origin',
    summary: "Binds the sign-in to the browser's device: asked for by Secure-Session-Registration, answered by the browser itself.",
    answers: { 200: deviceInstructionsAnswer },
    refusals: ['session.required', 'proof.required'],
    async run(call) {
      const { parts, request, credentials, whence } = call
      const sent = unquoted(request.header('secure-session-response'))
      if (sent === undefined) return deviceRefused('device_missing')
      const { session } = credentials.cookies
      if (session === undefined) return new AuthError('session.required', { reason: 'none' })
      const bound = await bindDevice(parts, session, sent, ownAddress(parts, request.path), whence)
      return bound instanceof AuthError ? bound : instructions(call, bound)
    },
  }),
  openRoute({
    method: 'POST',
    path: REFRESH,
    proof: 'origin',
    summary: "Renews the device's proof, of the binding named by Sec-Secure-Session-Id: 403 with a challenge first.",
    answers: { 200: deviceInstructionsAnswer },
    refusals: ['request.malformed', 'proof.required'],
    async run(call) {
      const { app, parts, request, credentials } = call
      const { session, remember: remembered } = credentials.cookies
      const lineage = unquoted(request.header('sec-secure-session-id'))
      if (lineage === undefined) return new AuthError('request.malformed', { reason: 'missing_header' })
      const renewed = await renewDeviceProof(
        parts,
        lineage,
        unquoted(request.header('secure-session-response')),
        ownAddress(parts, request.path),
        { session, remembered },
      )
      if (renewed instanceof AuthError) return renewed
      if (renewed === 'over') return { json: { continue: false } }
      if (!isChallenge(renewed)) return instructions(call, renewed)
      const body = JSON.stringify({ ...problemOf(deviceRefused('device_challenge'), app.publicUrl), status: 403 })
      return { status: 403, content: { type: PROBLEM_TYPE, body }, headers: challengeHeader(renewed.lineage, renewed.challenge) }
    },
  }),
]

/** What the browser is to do from now on, and the proof to begin with. */
function instructions({ parts }: Call, { lineage, proof, nextChallenge }: ProvenDevice): Outcome {
  const cookie = deviceCookie(proof, parts.policy.cookies)
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
function unquoted(text: ReturnType<Incoming['header']>): string | undefined {
  const trimmed = text?.trim()
  return (/^"(.*)"$/.exec(trimmed ?? '')?.[1] ?? trimmed) || undefined
}
