// The result of the routes that sign in: the *signed in* response with its cookies.

import { usernameKey } from '../../domain/user.ts'
import { bindToken } from '../../engine/dpop.ts'
import type { SignInResult } from '../../engine/issue-credentials.ts'
import { sealKnownDevice } from '../../engine/login-throttle.ts'
import { expireCookie, KNOWN_DEVICE_LIFETIME, setCookie, signInCookies } from '../cookies.ts'
import { DBSC_REGISTRATION_HEADER, dbscRegistrationHeader } from '../dbsc-registration.ts'
import type { RouteContext, RouteResult } from '../route.ts'
import { serializeSignedIn } from '../serialize.ts'

/** The result of a password sign-in: also sets the known-device cookie, and expires a revoked remember-me cookie of the request. */
export function withKnownDeviceCookie(context: RouteContext<unknown>, signedIn: SignInResult, username: string): RouteResult {
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
