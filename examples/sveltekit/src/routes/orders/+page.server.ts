// A page for signed-in users, and its form action.

import { fail } from '@sveltejs/kit'
import { AuthError } from 'latchkey'
import { DRINKS, isDrink } from '../../lib/drinks.ts'
import { redirectToSignIn, refuse, requirePrincipal, requireSignedIn } from '../../lib/server/auth.ts'
import { openLatchkey } from '../../lib/server/latchkey.ts'
import type { Actions, PageServerLoad } from './$types.js'

export const load: PageServerLoad = async (event) => {
  const principal = requireSignedIn(event)
  const latchkey = await openLatchkey()
  const [session, data, audit] = await Promise.all([
    latchkey.session(principal),
    latchkey.data(principal),
    latchkey.auditEvents(principal, { limit: 10 }),
  ])
  // The session was revoked in the meantime.
  if (session instanceof AuthError || data instanceof AuthError || audit instanceof AuthError) redirectToSignIn(event.url)

  const { theme, lastOrder } = data.data
  return {
    name: session.username,
    theme: theme === 'dark' ? 'dark' : 'light',
    lastOrder: isDrink(lastOrder) ? lastOrder : 'nothing yet',
    drinks: DRINKS,
    activity: audit.events.map(({ id, at, action }) => ({ id, at, action })),
  }
}

export const actions: Actions = {
  async theme(event) {
    const principal = requirePrincipal(event)
    const theme = (await event.request.formData()).get('theme')
    if (theme !== 'light' && theme !== 'dark') return fail(422, { problem: 'Choose a theme: light or dark.' })
    const latchkey = await openLatchkey()
    const changed = await latchkey.patchData(principal, { theme })
    if (changed instanceof AuthError) refuse(changed)
  },
}
