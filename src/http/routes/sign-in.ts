// Ways in: register, login, and the token that a session or a remembered login is good for.

import { UNKNOWN_ADDRESS } from '../../domain/client-network.ts'
import { AuthError } from '../../domain/errors.ts'
import { PASSWORD_REFUSALS } from '../../domain/password.ts'
import { usernameKey } from '../../domain/user.ts'
import { sessionRequired, tokenInvalid } from '../../engine/authenticate.ts'
import type { EngineContext } from '../../engine/context.ts'
import { DeviceProofRequired } from '../../engine/dbsc-proofs.ts'
import { bindToken } from '../../engine/dpop.ts'
import type { SignInResult } from '../../engine/issue.ts'
import { login } from '../../engine/login.ts'
import { sealKnownDevice } from '../../engine/login-throttle.ts'
import { isPaired } from '../../engine/pair.ts'
import type { Principal } from '../../engine/principal.ts'
import { register } from '../../engine/register.ts'
import { resumeSession } from '../../engine/remember-me.ts'
import { getSessionView } from '../../engine/session-view.ts'
import type { PresentedAtSignIn } from '../../engine/sign-in.ts'
import { issueTokenForSession } from '../../engine/tokens.ts'
import { authenticateSession } from '../authenticate-request.ts'
import { JSON_TYPE } from '../body.ts'
import { loginBody, registerBody, signedInResponse } from '../contract.ts'
import { expireCookie, KNOWN_DEVICE_LIFETIME, setCookie, signInCookies } from '../cookies.ts'
import { DBSC_REGISTRATION_HEADER, dbscRegistrationHeader } from '../dbsc-registration.ts'
import { warnForeignCookie } from '../foreign-cookies.ts'
import { openRoute, type RouteContext, type RouteResult } from '../route.ts'
import { serializeSignedIn } from '../serialize.ts'

export const signInRoutes = [
  openRoute({
    method: 'POST',
    path: '/access/register',
    auth: 'allowed-origin',
    issuesToken: true,
    summary: 'Creates a user and signs in.',
    body: { type: JSON_TYPE, schema: registerBody },
    responses: { 201: signedInResponse },
    errorCodes: ['registration.closed', 'username.taken', 'username.invalid', 'rate.limited', ...PASSWORD_REFUSALS],
    async run(call) {
      if (call.engine.policy.registration === 'closed') return new AuthError('registration.closed', { setting: 'LATCHKEY_REGISTRATION' })
      const { body } = call
      const input = { ...body, email: body.email ?? null }
      // Over HTTP it is never the host that registers: without an address all clients count as one.
      const clientInfo = { ...call.clientInfo, ip: call.clientInfo.ip || UNKNOWN_ADDRESS }
      const begun = await register(call.engine, input, clientInfo, presentedCredentials(call), call.request.signal?.())
      return begun instanceof AuthError ? begun : { ...withKnownDeviceCookie(call, begun, body.username), status: 201 }
    },
  }),
  openRoute({
    method: 'POST',
    path: '/access/login',
    auth: 'allowed-origin',
    issuesToken: true,
    summary: 'Signs in with a name and a password. What was signed in before on this client ends.',
    body: { type: JSON_TYPE, schema: loginBody },
    responses: { 200: signedInResponse },
    errorCodes: ['credentials.invalid', 'rate.limited'],
    async run(call) {
      const input = { ...call.body, knownDevice: call.credentials.cookies.known }
      const begun = await login(call.engine, input, call.clientInfo, presentedCredentials(call), call.request.signal?.())
      return begun instanceof AuthError ? begun : withKnownDeviceCookie(call, begun, call.body.username)
    },
  }),
  openRoute({
    method: 'POST',
    path: '/access/token',
    auth: 'refreshable',
    issuesToken: true,
    summary: 'Mints a token. With only a remembered login, starts a session first.',
    responses: { 200: signedInResponse },
    errorCodes: ['rate.limited'],
    async run(call) {
      const minted = await issueToken(call)
      return minted instanceof AuthError ? minted : signedInResult(call, minted)
    },
  }),
]

function presentedCredentials({ engine, credentials: { header, cookies, resolved } }: RouteContext<unknown>): PresentedAtSignIn {
  const inHeader = header !== undefined && header !== 'bad' && header.kind === 'session' ? [header.raw] : []
  const inCookie = cookies.session === undefined ? [] : [cookies.session]
  for (const purpose of ['session', 'remember'] as const) {
    const value = cookies[purpose]
    if (value !== undefined) warnForeignCookie(engine, purpose, value)
  }
  const inLogin = cookies.remember === undefined ? [] : [cookies.remember]
  return {
    sessions: [...new Set([...inHeader, ...inCookie, ...(resolved?.sessions ?? [])])],
    rememberMe: [...new Set([...inLogin, ...(resolved?.rememberMe ?? [])])],
    proof: cookies.device,
  }
}

async function issueToken({
  engine,
  request,
  credentials: { header, cookies },
  clientInfo,
}: RouteContext): Promise<SignInResult | AuthError> {
  if (header === 'bad') return tokenInvalid('malformed')
  const passive = request.header('x-latchkey-passive') === '1'
  const raw = header === undefined ? cookies.session : header.kind === 'session' ? header.raw : undefined
  const principal = raw === undefined ? sessionRequired('none') : await authenticateSession(engine, raw, cookies.device, request, passive)
  if (header === undefined && raw !== undefined && principal instanceof AuthError && principal.detail.reason === 'unknown')
    warnForeignCookie(engine, 'session', raw)
  const paired = principal instanceof AuthError || header !== undefined ? principal : await requirePair(engine, principal, cookies.pair)
  if (!(paired instanceof AuthError)) return issueTokenForSession(engine, paired)
  // A header credential never falls back to a cookie; a dead session cookie gives way to the remembered login.
  if (header !== undefined || cookies.remember === undefined || paired instanceof DeviceProofRequired) return paired
  const restored =
    checkPaired(engine, cookies.remember, cookies.pair) ?? (await resumeSession(engine, cookies.remember, clientInfo, cookies.device))
  if (restored instanceof AuthError && restored.detail.reason === 'unknown') warnForeignCookie(engine, 'remember', cookies.remember)
  return restored
}

/** The session by whose cookie a token may be minted; without its pair a sibling sub-domain may have planted it. */
async function requirePair(parts: EngineContext, principal: Principal, pair: string | undefined): Promise<Principal | AuthError> {
  if (parts.policy.cookies.domain === null) return principal
  const view = await getSessionView(parts, principal)
  if (view instanceof AuthError) return view
  return isPaired(parts, view.startedBy ?? view.id, pair) ? principal : sessionRequired('none')
}

function checkPaired(parts: EngineContext, remembered: string, pair: string | undefined): AuthError | undefined {
  const opened = parts.secrets.open('remember_me', remembered)
  return opened === undefined || isPaired(parts, opened.id, pair) ? undefined : sessionRequired('none')
}

/** The answer to a password: also marks the device as known, and clears a remembered login that was sent along and ended. */
function withKnownDeviceCookie(call: RouteContext<unknown>, begun: SignInResult, username: string): RouteResult {
  const outcome = signedInResult(call, begun)
  if (begun.sessionCredential?.delivery === 'header') return outcome
  const { engine, credentials } = call
  const known = sealKnownDevice(engine, usernameKey(username) ?? username, credentials.cookies.known)
  const cameAlong = credentials.cookies.remember !== undefined || credentials.cookies.duplicates?.remember !== undefined
  const forgotten = cameAlong && begun.rememberMeCredential === undefined
  return {
    ...outcome,
    cookies: [
      ...(outcome.cookies ?? []),
      ...(forgotten ? expireCookie('remember', engine.policy.cookies) : []),
      setCookie('known', known, engine.policy.cookies, KNOWN_DEVICE_LIFETIME),
    ],
  }
}

/** *Signed in*, with the cookies of what is new. */
export function signedInResult({ engine, jkt }: RouteContext<unknown>, begun: SignInResult): RouteResult {
  const signedIn = jkt === undefined ? begun : bindToken(engine, begun, jkt)
  const { cookies, sessionIdleTimeout } = engine.policy
  const now = engine.clock.now()
  const offer = dbscRegistrationHeader(signedIn)
  return {
    json: serializeSignedIn(signedIn, sessionIdleTimeout, now),
    signedIn: { userId: signedIn.user.id, sid: signedIn.session.id },
    cookies: signInCookies(signedIn, cookies, now),
    ...(offer === undefined ? {} : { headers: { [DBSC_REGISTRATION_HEADER]: offer } }),
  }
}
