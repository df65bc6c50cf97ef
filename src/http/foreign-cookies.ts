// A cookie by our name that another Latchkey has made: one at another port of this host, which cookies do not tell apart, or one under the
// same domain. Nobody is let in by it; whoever runs this deployment learns once which setting keeps the two apart.

import { type CookiePurpose, cookieName } from '../domain/cookies.ts'
import type { EngineContext } from '../engine/context.ts'

/** What every Latchkey makes: anything else is no sign of another one. */
const SHAPES = { session: /^[\w-]{22}\.[\w-]{64}$/, remember: /^[\w-]{22}\.[\w-]{70}$/ } as const
const KINDS = { session: 'session', remember: 'remember_me' } as const

/** Called where a cookie was refused as unknown; a warm request never comes here. */
export function warnForeignCookie(parts: EngineContext, purpose: Extract<CookiePurpose, keyof typeof SHAPES>, value: string): void {
  if (!SHAPES[purpose].test(value) || parts.secrets.open(KINDS[purpose], value) !== undefined) return
  const { cookies, issuer } = parts.policy
  parts.warnOnce(
    'foreign cookie',
    `A cookie named ${cookieName(purpose, cookies)} came to ${issuer} that was made with another LATCHKEY_SECRET. Where another Latchkey runs at another port of this host, or under the same domain, the two sign each other's users out: give one of them another LATCHKEY_COOKIE_NAME (here it is ${JSON.stringify(cookies.stem)}). Where you replaced the secret, ignore this.`,
  )
}
