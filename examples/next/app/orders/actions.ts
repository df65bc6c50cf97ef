// Server actions. A browser calls them with its cookies by itself, so the page's script hands in the token as well.

'use server'

import { AuthError } from 'latchkey'
import { authFor } from '../../lib/auth'
import { openLatchkey } from '../../lib/latchkey'

/** Whatever a caller sends arrives here: arguments have the types that are written down only when they were checked. */
export async function setTheme(authorization: string | undefined, theme: 'light' | 'dark'): Promise<{ readonly problem: string }> {
  const who = await authFor(typeof authorization === 'string' ? authorization : undefined)
  if (!who.ok) return { problem: who.error.message }
  if (theme !== 'light' && theme !== 'dark') return { problem: 'There are two themes: light and dark.' }
  const latchkey = await openLatchkey()
  const changed = await latchkey.patchData(who.principal, { theme })
  return { problem: changed instanceof AuthError ? changed.message : '' }
}
