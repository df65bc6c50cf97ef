// A browser with DBSC for tests: binds its sign-in to a device, sends requests, and asserts the refusal of a copy.

import { equal, ok } from 'node:assert/strict'
import { type DeviceKey, makeDeviceKey, makeDeviceProof, postRegistration, registrationChallengeOf } from '../support/device-keys.ts'
import { cookieHeader, type InProcess, type InProcessResponse } from '../support/in-process.ts'
import { ALICE, toSignedInUser } from '../support/users.ts'

export const HTTPS = { publicUrl: 'https://app.example' }
export const OWNER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/153.0' }
export const ATTACKER = { 'user-agent': 'curl/8.14.1' }
export const DEVICE = '__Host-latchkey_device'

export async function signIn(
  latchkey: InProcess,
  { path = '/access/register', remember = true, cookies = '' } = {},
): Promise<InProcessResponse> {
  const answer = await latchkey.call('POST', path, {
    body: { ...ALICE, remember },
    headers: { ...OWNER, ...(cookies && { cookie: cookies }) },
  })
  ok(answer.status === 200 || answer.status === 201, answer.body ?? '')
  return answer
}

export interface BoundBrowser {
  readonly key: DeviceKey
  /** The id of the binding: the lineage. */
  readonly id: string
  readonly session: string
  readonly remembered: string
  readonly device: string
  readonly all: string
  readonly token: string
}

/** Signed in and bound, like in a browser with DBSC. */
export async function bound(latchkey: InProcess, choices: Parameters<typeof signIn>[1] = {}, confirmed = true): Promise<BoundBrowser> {
  const answer = await signIn(latchkey, choices)
  const { cookies, session, remembered, token } = toSignedInUser(answer, answer.status)
  const key = makeDeviceKey()
  const registered = await postRegistration(
    latchkey,
    cookies,
    makeDeviceProof(key, { challenge: registrationChallengeOf(answer) ?? '', withKey: true }),
  )
  equal(registered.status, 200, registered.body ?? '')
  const device = cookieHeader(registered.jar)
  if (confirmed) equal((await read(latchkey, `${cookies}; ${device}`)).status, 200)
  return { key, id: registered.json.session_identifier, session, remembered, device, all: `${cookies}; ${device}`, token }
}

export const read = (latchkey: InProcess, cookie: string, headers: object = OWNER) =>
  latchkey.call('GET', '/access/session', { headers: { cookie, ...headers } })
export const mint = (latchkey: InProcess, cookie: string, headers: object = OWNER) =>
  latchkey.call('POST', '/access/token', { headers: { cookie, ...headers } })

export async function events(latchkey: InProcess, token: string) {
  const { json } = await latchkey.call('GET', '/access/audit-events', { headers: { authorization: token } })
  return json.events as readonly { action: string; outcome: string; severity: string; detail: Record<string, unknown> }[]
}

export const refusalOf = ({ status, json }: InProcessResponse) => [status, json?.code, json?.reason]
export const COPY = [401, 'proof.required', 'device']

export async function bind(latchkey: InProcess, cookies: string, key: DeviceKey, challenge: string): Promise<{ readonly id: string }> {
  const { status, json } = await postRegistration(latchkey, cookies, makeDeviceProof(key, { challenge, withKey: true }))
  equal(status, 200)
  return { id: json.session_identifier }
}
