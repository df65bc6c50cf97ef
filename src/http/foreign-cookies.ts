// Warns of a cookie of ours that another Latchkey has made: at another port of this host (cookies ignore ports), or under the
// same domain. The cookie is refused; the operator gets one warning that names the setting to change.

import { type CookiePurpose, cookieName } from '../domain/cookies.ts'
import type { EngineContext } from '../engine/context.ts'

/** The format of every Latchkey's credentials: other values are no sign of another Latchkey. */
const SHAPES = { session: /^[\w-]{22}\.[\w-]{64}$/, remember: /^[\w-]{22}\.[\w-]{70}$/ } as const
const KINDS = { session: 'session', remember: 'remember_me' } as const

/** Called where a cookie was refused as unknown, never on the path of a cached credential. */
export function warnForeignCookie(engine: EngineContext, purpose: Extract<CookiePurpose, keyof typeof SHAPES>, value: string): void {
  if (!SHAPES[purpose].test(value) || engine.secrets.open(KINDS[purpose], value) !== undefined) return
  const { cookies, issuer } = engine.policy
  engine.warnOnce(
    'foreign cookie',
    `${issuer} received a cookie ${cookieName(purpose, cookies)} that was created with another LATCHKEY_SECRET. If another Latchkey runs on another port of this host, or under the same domain, the two sign each other's users out: set a different LATCHKEY_COOKIE_NAME (here it is ${JSON.stringify(cookies.stem)}) for one of them. If you replaced the secret, ignore this warning.`,
  )
}
