// The credentials that a request presents at a sign-in, which revokes their lineages.

import type { PresentedAtSignIn } from '../../engine/sign-in.ts'
import { warnForeignCookie } from '../foreign-cookies.ts'
import type { RouteContext } from '../route.ts'

export function presentedCredentials({ engine, credentials: { header, cookies, resolved } }: RouteContext<unknown>): PresentedAtSignIn {
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
