// Cookies of ours that came more than once: which of them counts is found out before anything rests on one, and the answer clears
// away the others.

import { type CookiePurpose, cookieName } from '../domain/cookies.ts'
import { StoreError } from '../domain/errors.ts'
import type { EngineContext } from '../engine/context.ts'
import { type CookieToReset, resolveDuplicateCookies } from '../engine/duplicate-cookies.ts'
import { expireVariants, KNOWN_DEVICE_LIFETIME, MAX_EXPIRIES, setCookie, wholeSecondsLeft, withinBudget } from './cookies.ts'
import type { RequestCredentials } from './credentials.ts'
import { warnForeignCookie } from './foreign-cookies.ts'

/**
 * The credentials with the cookies that count, where some came more than once.
 *
 * @param needs `header`: where a header credential came, the cookies of sessions count for nothing. `cookies`: they are looked at all the
 *   same, to end them. `page`: it is served in any case, also while the store is down.
 * @throws StoreError
 */
export async function resolveDuplicates(
  parts: EngineContext,
  credentials: RequestCredentials,
  needs: 'header' | 'cookies' | 'page',
): Promise<RequestCredentials> {
  const { header, cookies } = credentials
  const { duplicates = {}, ...values } = cookies
  const { session: _session, remember: _remember, ...withoutSessions } = duplicates
  const asked: typeof duplicates = needs === 'header' && header !== undefined ? withoutSessions : duplicates
  const inHeader = header !== undefined && header !== 'bad' && header.kind === 'session' ? header.raw : undefined
  try {
    for (const purpose of ['session', 'remember'] as const)
      for (const value of asked[purpose] ?? []) warnForeignCookie(parts, purpose, value)
    const found = await resolveDuplicateCookies(parts, values, asked, inHeader)
    return { header, cookies: { ...found.values, duplicates: asked }, resolved: found.resolved }
  } catch (error) {
    if (needs === 'page' && error instanceof StoreError) return credentials
    throw error
  }
}

/**
 * The Set-Cookie values to go out before those of an answer: what counts is set again, everything else by its name is expired, on this host
 * alone and on each parent domain. Where nothing counts the browser keeps what it has, until a sign-in.
 *
 * @param outgoing what the answer sets or expires itself
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
