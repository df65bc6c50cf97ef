// Ways in: register, login, and the token that a session or a remembered login is good for.

import { UNKNOWN_ADDRESS } from '../../domain/client-network.ts'
import { AuthError } from '../../domain/errors.ts'
import { PASSWORD_REFUSALS } from '../../domain/password.ts'
import { usernameKey } from '../../domain/user.ts'
import { sessionRequired, tokenInvalid } from '../../engine/authenticate.ts'
import { describeSession } from '../../engine/describe.ts'
import { UnprovenDevice } from '../../engine/device-proofs.ts'
import { markKnownDevice } from '../../engine/guesses.ts'
import type { SignedIn } from '../../engine/issue.ts'
import { bindToken } from '../../engine/key-proofs.ts'
import { login } from '../../engine/login.ts'
import { isPaired } from '../../engine/pair.ts'
import type { Parts } from '../../engine/parts.ts'
import type { Principal } from '../../engine/principal.ts'
import { register } from '../../engine/register.ts'
import { restore } from '../../engine/restore.ts'
import type { SentAlong } from '../../engine/sign-in.ts'
import { mintForSession } from '../../engine/tokens.ts'
import { JSON_TYPE } from '../body.ts'
import { loginBody, registerBody, signedInAnswer } from '../contract.ts'
import { expireCookie, KNOWN_DEVICE_LIFETIME, setCookie, signInCookies } from '../cookies.ts'
import { OFFER_HEADER, offerToBind } from '../device-offer.ts'
import { noteForeignCookie } from '../foreign-cookies.ts'
import { presentSignedIn } from '../present.ts'
import { proveSession } from '../proof.ts'
import { type Call, type Outcome, openRoute } from '../route.ts'

export const signInRoutes = [
  openRoute({
    method: 'POST',
    path: '/access/register',
    proof: 'origin',
    mints: true,
    summary: 'Creates a user and signs in.',
    body: { type: JSON_TYPE, schema: registerBody },
    answers: { 201: signedInAnswer },
    refusals: ['registration.closed', 'username.taken', 'username.invalid', 'rate.limited', ...PASSWORD_REFUSALS],
    async run(call) {
      if (call.parts.policy.registration === 'closed') return new AuthError('registration.closed', { setting: 'LATCHKEY_REGISTRATION' })
      const { body } = call
      const input = { ...body, email: body.email ?? null }
      // Over HTTP it is never the host that registers: without an address all clients count as one.
      const whence = { ...call.whence, ip: call.whence.ip || UNKNOWN_ADDRESS }
      const begun = await register(call.parts, input, whence, sentAlong(call), call.request.signal?.())
      return begun instanceof AuthError ? begun : { ...afterPassword(call, begun, body.username), status: 201 }
    },
  }),
  openRoute({
    method: 'POST',
    path: '/access/login',
    proof: 'origin',
    mints: true,
    summary: 'Signs in with a name and a password. What was signed in before on this client ends.',
    body: { type: JSON_TYPE, schema: loginBody },
    answers: { 200: signedInAnswer },
    refusals: ['credentials.invalid', 'rate.limited'],
    async run(call) {
      const input = { ...call.body, knownDevice: call.credentials.cookies.known }
      const begun = await login(call.parts, input, call.whence, sentAlong(call), call.request.signal?.())
      return begun instanceof AuthError ? begun : afterPassword(call, begun, call.body.username)
    },
  }),
  openRoute({
    method: 'POST',
    path: '/access/token',
    proof: 'renewable',
    mints: true,
    summary: 'Mints a token. With only a remembered login, starts a session first.',
    answers: { 200: signedInAnswer },
    refusals: ['rate.limited'],
    async run(call) {
      const minted = await renew(call)
      return minted instanceof AuthError ? minted : answer(call, minted)
    },
  }),
]

function sentAlong({ parts, credentials: { header, cookies, settled } }: Call<unknown>): SentAlong {
  const inHeader = header !== undefined && header !== 'bad' && header.kind === 'session' ? [header.raw] : []
  const inCookie = cookies.session === undefined ? [] : [cookies.session]
  for (const purpose of ['session', 'remember'] as const) {
    const value = cookies[purpose]
    if (value !== undefined) noteForeignCookie(parts, purpose, value)
  }
  const inLogin = cookies.remember === undefined ? [] : [cookies.remember]
  return {
    sessions: [...new Set([...inHeader, ...inCookie, ...(settled?.sessions ?? [])])],
    rememberMe: [...new Set([...inLogin, ...(settled?.remembered ?? [])])],
    proof: cookies.device,
  }
}

async function renew({ parts, request, credentials: { header, cookies }, whence }: Call): Promise<SignedIn | AuthError> {
  if (header === 'bad') return tokenInvalid('malformed')
  const passive = request.header('x-latchkey-passive') === '1'
  const raw = header === undefined ? cookies.session : header.kind === 'session' ? header.raw : undefined
  const principal = raw === undefined ? sessionRequired('none') : await proveSession(parts, raw, cookies.device, request, passive)
  if (header === undefined && raw !== undefined && principal instanceof AuthError && principal.detail.reason === 'unknown')
    noteForeignCookie(parts, 'session', raw)
  const paired = principal instanceof AuthError || header !== undefined ? principal : await withPair(parts, principal, cookies.pair)
  if (!(paired instanceof AuthError)) return mintForSession(parts, paired)
  // A header credential never falls back to a cookie; a dead session cookie gives way to the remembered login.
  if (header !== undefined || cookies.remember === undefined || paired instanceof UnprovenDevice) return paired
  const restored = refuseUnpaired(parts, cookies.remember, cookies.pair) ?? (await restore(parts, cookies.remember, whence, cookies.device))
  if (restored instanceof AuthError && restored.detail.reason === 'unknown') noteForeignCookie(parts, 'remember', cookies.remember)
  return restored
}

/** The session by whose cookie a token may be minted; without its pair a sibling sub-domain may have planted it. */
async function withPair(parts: Parts, principal: Principal, pair: string | undefined): Promise<Principal | AuthError> {
  if (parts.policy.cookies.domain === null) return principal
  const view = await describeSession(parts, principal)
  if (view instanceof AuthError) return view
  return isPaired(parts, view.startedBy ?? view.id, pair) ? principal : sessionRequired('none')
}

function refuseUnpaired(parts: Parts, remembered: string, pair: string | undefined): AuthError | undefined {
  const opened = parts.secrets.open('remember_me', remembered)
  return opened === undefined || isPaired(parts, opened.id, pair) ? undefined : sessionRequired('none')
}

/** The answer to a password: also marks the device as known, and clears a remembered login that was sent along and ended. */
function afterPassword(call: Call<unknown>, begun: SignedIn, username: string): Outcome {
  const outcome = answer(call, begun)
  if (begun.sessionCredential?.delivery === 'header') return outcome
  const { parts, credentials } = call
  const known = markKnownDevice(parts, usernameKey(username) ?? username, credentials.cookies.known)
  const cameAlong = credentials.cookies.remember !== undefined || credentials.cookies.duplicates?.remember !== undefined
  const forgotten = cameAlong && begun.rememberedCredential === undefined
  return {
    ...outcome,
    cookies: [
      ...(outcome.cookies ?? []),
      ...(forgotten ? expireCookie('remember', parts.policy.cookies) : []),
      setCookie('known', known, parts.policy.cookies, KNOWN_DEVICE_LIFETIME),
    ],
  }
}

/** *Signed in*, with the cookies of what is new. */
export function answer({ parts, key }: Call<unknown>, begun: SignedIn): Outcome {
  const signedIn = key === undefined ? begun : bindToken(parts, begun, key)
  const { cookies, sessionIdleTimeout } = parts.policy
  const now = parts.clock.now()
  const offer = offerToBind(signedIn)
  return {
    json: presentSignedIn(signedIn, sessionIdleTimeout, now),
    signedIn: { userId: signedIn.user.id, sid: signedIn.session.id },
    cookies: signInCookies(signedIn, cookies, now),
    ...(offer === undefined ? {} : { headers: { [OFFER_HEADER]: offer } }),
  }
}
