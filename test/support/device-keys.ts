// A simulated browser with Device Bound Session Credentials: a device key, proofs with any content, and the registration and refresh
// requests.

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { CallOptions, InProcess, InProcessResponse } from './in-process.ts'

export interface DeviceKey {
  readonly privateKey: KeyObject
  readonly jwk: Readonly<Record<string, unknown>>
}

export function makeDeviceKey(): DeviceKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' })
  return { privateKey, jwk: { crv, kty, x, y } }
}

export interface DeviceProofOptions {
  readonly challenge: string
  /** Includes the public key in the proof, as at registration. */
  readonly withKey?: boolean
  readonly header?: object
  readonly claims?: object
  readonly signed?: (text: string) => Buffer
}

export function makeDeviceProof(
  key: DeviceKey,
  { challenge, withKey = false, header = {}, claims = {}, signed }: DeviceProofOptions,
): string {
  const bytes = signed ?? ((text: string) => sign('sha256', Buffer.from(text), { key: key.privateKey, dsaEncoding: 'ieee-p1363' }))
  const text = [
    { alg: 'ES256', typ: 'dbsc+jwt', ...(withKey ? { jwk: key.jwk } : {}), ...header },
    { jti: challenge, ...claims },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${text}.${bytes(text).toString('base64url')}`
}

/** Returns the challenge in Secure-Session-Registration; undefined without the header. */
export function registrationChallengeOf(response: Pick<InProcessResponse, 'headers'>): string | undefined {
  return /;challenge="([\w-]+)"$/.exec(response.headers['secure-session-registration'] ?? '')?.[1]
}

/** Returns the challenge and the binding id in Secure-Session-Challenge. */
export function refreshChallengeOf(
  response: Pick<InProcessResponse, 'headers'>,
): { readonly challenge: string; readonly id: string } | undefined {
  const [, challenge, id] = /^"([\w-]+)";id="([\w-]+)"$/.exec(response.headers['secure-session-challenge'] ?? '') ?? []
  return challenge === undefined || id === undefined ? undefined : { challenge, id }
}

export function postRegistration(
  latchkey: InProcess,
  cookies: string,
  proof: string,
  options: CallOptions = {},
): Promise<InProcessResponse> {
  const headers = { ...ownOriginHeaders(latchkey), cookie: cookies, 'secure-session-response': proof, ...options.headers }
  return latchkey.call('POST', '/access/device/register', { ...options, headers })
}

export function postRefresh(latchkey: InProcess, id: string, proof?: string, options: CallOptions = {}): Promise<InProcessResponse> {
  const response = proof === undefined ? {} : { 'secure-session-response': proof }
  const headers = { ...ownOriginHeaders(latchkey), 'sec-secure-session-id': id, ...response, ...options.headers }
  return latchkey.call('POST', '/access/device/refresh', { ...options, headers })
}

const ownOriginHeaders = ({ publicUrl }: InProcess) => ({ origin: publicUrl, 'sec-fetch-site': 'same-origin' })
