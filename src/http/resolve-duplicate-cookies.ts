// Resolves duplicate cookies: decides which of several cookies of one name counts, and expires the others in the response.

import { type CookiePurpose, cookieName } from '../domain/cookies.ts'
import { StoreError } from '../domain/errors.ts'
import type { EngineContext } from '../engine/context.ts'
import { type CookieToReset, resolveDuplicateCookies } from '../engine/duplicate-cookies.ts'
import { expireVariants, KNOWN_DEVICE_LIFETIME, MAX_EXPIRIES, setCookie, wholeSecondsLeft, withinBudget } from './cookies.ts'
import type { RequestCredentials } from './credentials.ts'
import { warnForeignCookie } from './foreign-cookies.ts'

/**
 * The credentials with duplicate cookies resolved.
 *
 * @param needs `header`: where there is a header credential, session cookies are not resolved. `cookies`: they are resolved anyway,
 *   to revoke them. `page`: the page is served even when the store is down.
 * @throws StoreError
 */
export async function resolveDuplicates(
  engine: EngineContext,
  credentials: RequestCredentials,
  needs: 'header' | 'cookies' | 'page',
): Promise<RequestCredentials> {
  const { header, cookies } = credentials
  const { duplicates = {}, ...values } = cookies
  const { session: _session, remember: _remember, ...withoutSessions } = duplicates
  const relevant: typeof duplicates = needs === 'header' && header !== undefined ? withoutSessions : duplicates
  const inHeader = header !== undefined && header !== 'bad' && header.kind === 'session' ? header.raw : undefined
  try {
    for (const purpose of ['session', 'remember'] as const)
      for (const value of relevant[purpose] ?? []) warnForeignCookie(engine, purpose, value)
    const found = await resolveDuplicateCookies(engine, values, relevant, inHeader)
    return { header, cookies: { ...found.values, duplicates: relevant }, resolved: found.resolved }
  } catch (error) {
    if (needs === 'page' && error instanceof StoreError) return credentials
    throw error
  }
}

/**
 * The Set-Cookie values to send before those of a response: set the cookie that counts again, and expire the others, on this host
 * alone and on each parent domain. Where none counts, the browser keeps them until a sign-in.
 *
 * @param outgoing the response's own Set-Cookie values
 */
export function duplicateCleanupCookies(
  { policy, clock }: EngineContext,
  { cookies: { duplicates = {} }, resolved }: RequestCredentials,
  path: string,
  outgoing: readonly string[],
): readonly string[] {
  const { cookies: settings } = policy
  const host = new URL(policy.issuer).hostname
  const fits = withinBudget(MAX_EXPIRIES)
  return (Object.keys(duplicates) as CookiePurpose[]).flatMap((purpose) => {
    const isSet = outgoing.some((cookie) => cookie.startsWith(`${cookieName(purpose, settings)}=`))
    const kept = resolved?.toReset.find((cookie) => cookie.purpose === purpose)
    if (!isSet && kept === undefined) return []
    const again = isSet || kept === undefined ? [] : [setCookie(purpose, kept.value, settings, lifetimeOf(kept, clock.now()))]
    return [...expireVariants(purpose, settings, host, path).filter(fits), ...again]
  })
}

function lifetimeOf({ purpose, expiresAt }: CookieToReset, now: number): number | undefined {
  if (purpose === 'known') return KNOWN_DEVICE_LIFETIME
  return expiresAt === undefined ? undefined : wholeSecondsLeft(expiresAt, now)
}
