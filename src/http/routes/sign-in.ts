// The sign-in routes: register, login, and the token for a session or a remember-me login.

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
    async run(context) {
      if (context.engine.policy.registration === 'closed') return new AuthError('registration.closed', { setting: 'LATCHKEY_REGISTRATION' })
      const { body } = context
      const input = { ...body, email: body.email ?? null }
      // Over HTTP the host never registers users itself: all clients without an address share one limit.
      const clientInfo = { ...context.clientInfo, ip: context.clientInfo.ip || UNKNOWN_ADDRESS }
      const registered = await register(context.engine, input, clientInfo, presentedCredentials(context), context.request.signal?.())
      return registered instanceof AuthError ? registered : { ...withKnownDeviceCookie(context, registered, body.username), status: 201 }
    },
  }),
  openRoute({
    method: 'POST',
    path: '/access/login',
    auth: 'allowed-origin',
    issuesToken: true,
    summary: 'Signs in with username and password. Revokes the previous sign-in of this client.',
    body: { type: JSON_TYPE, schema: loginBody },
    responses: { 200: signedInResponse },
    errorCodes: ['credentials.invalid', 'rate.limited'],
    async run(context) {
      const input = { ...context.body, knownDevice: context.credentials.cookies.known }
      const signedIn = await login(context.engine, input, context.clientInfo, presentedCredentials(context), context.request.signal?.())
      return signedIn instanceof AuthError ? signedIn : withKnownDeviceCookie(context, signedIn, context.body.username)
    },
  }),
  openRoute({
    method: 'POST',
    path: '/access/token',
    auth: 'refreshable',
    issuesToken: true,
    summary: 'Issues a token. With only a remember-me login, starts a session first.',
    responses: { 200: signedInResponse },
    errorCodes: ['rate.limited'],
    async run(context) {
      const issued = await issueToken(context)
      return issued instanceof AuthError ? issued : signedInResult(context, issued)
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
  const inRememberMe = cookies.remember === undefined ? [] : [cookies.remember]
  return {
    sessions: [...new Set([...inHeader, ...inCookie, ...(resolved?.sessions ?? [])])],
    rememberMe: [...new Set([...inRememberMe, ...(resolved?.rememberMe ?? [])])],
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
  // A header credential never falls back to a cookie; an invalid session cookie gives way to the remember-me login.
  if (header !== undefined || cookies.remember === undefined || paired instanceof DeviceProofRequired) return paired
  const resumed =
    checkPaired(engine, cookies.remember, cookies.pair) ?? (await resumeSession(engine, cookies.remember, clientInfo, cookies.device))
  if (resumed instanceof AuthError && resumed.detail.reason === 'unknown') warnForeignCookie(engine, 'remember', cookies.remember)
  return resumed
}

/** The session whose cookie may issue a token; without its pair cookie it may be planted by a sibling sub-domain. */
async function requirePair(engine: EngineContext, principal: Principal, pair: string | undefined): Promise<Principal | AuthError> {
  if (engine.policy.cookies.domain === null) return principal
  const view = await getSessionView(engine, principal)
  if (view instanceof AuthError) return view
  return isPaired(engine, view.startedBy ?? view.id, pair) ? principal : sessionRequired('none')
}

function checkPaired(engine: EngineContext, rememberMe: string, pair: string | undefined): AuthError | undefined {
  const opened = engine.secrets.open('remember_me', rememberMe)
  return opened === undefined || isPaired(engine, opened.id, pair) ? undefined : sessionRequired('none')
}

/** The result of a password sign-in: also sets the known-device cookie, and expires a revoked remember-me cookie of the request. */
function withKnownDeviceCookie(context: RouteContext<unknown>, signedIn: SignInResult, username: string): RouteResult {
  const result = signedInResult(context, signedIn)
  if (signedIn.sessionCredential?.delivery === 'header') return result
  const { engine, credentials } = context
  const known = sealKnownDevice(engine, usernameKey(username) ?? username, credentials.cookies.known)
  const hadRememberMe = credentials.cookies.remember !== undefined || credentials.cookies.duplicates?.remember !== undefined
  const expiresRememberMe = hadRememberMe && signedIn.rememberMeCredential === undefined
  return {
    ...result,
    cookies: [
      ...(result.cookies ?? []),
      ...(expiresRememberMe ? expireCookie('remember', engine.policy.cookies) : []),
      setCookie('known', known, engine.policy.cookies, KNOWN_DEVICE_LIFETIME),
    ],
  }
}

/** The *signed in* response, with the cookies of new credentials. */
export function signedInResult({ engine, jkt }: RouteContext<unknown>, unbound: SignInResult): RouteResult {
  const signedIn = jkt === undefined ? unbound : bindToken(engine, unbound, jkt)
  const { cookies, sessionIdleTimeout } = engine.policy
  const now = engine.clock.now()
  const registration = dbscRegistrationHeader(signedIn)
  return {
    json: serializeSignedIn(signedIn, sessionIdleTimeout, now),
    signedIn: { userId: signedIn.user.id, sid: signedIn.session.id },
    cookies: signInCookies(signedIn, cookies, now),
    ...(registration === undefined ? {} : { headers: { [DBSC_REGISTRATION_HEADER]: registration } }),
  }
}
