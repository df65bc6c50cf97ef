// Server actions. A browser sends only cookies with them, so the page's script passes the token as an argument.

'use server'

import { AuthError } from 'latchkey'
import { authenticateAction } from '../../lib/auth'
import { openLatchkey } from '../../lib/latchkey'

/** A caller can send any arguments: check them before you rely on their types. */
export async function setTheme(authorization: string | undefined, theme: 'light' | 'dark'): Promise<{ readonly problem: string }> {
  const result = await authenticateAction(typeof authorization === 'string' ? authorization : undefined)
  if (!result.ok) return { problem: result.error.message }
  if (theme !== 'light' && theme !== 'dark') return { problem: 'Choose a theme: light or dark.' }
  const latchkey = await openLatchkey()
  const changed = await latchkey.patchData(result.principal, { theme })
  return { problem: changed instanceof AuthError ? changed.message : '' }
}
