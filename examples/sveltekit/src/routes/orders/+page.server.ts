// A page for whoever is signed in, and what its form does.

import { fail } from '@sveltejs/kit'
import { AuthError } from 'latchkey'
import { DRINKS, isDrink } from '../../lib/drinks.ts'
import { refuse, requirePrincipal, requireSignedIn, toSignIn } from '../../lib/server/auth.ts'
import { openLatchkey } from '../../lib/server/latchkey.ts'
import type { Actions, PageServerLoad } from './$types.js'

export const load: PageServerLoad = async (event) => {
  const principal = requireSignedIn(event)
  const latchkey = await openLatchkey()
  const [session, data, record] = await Promise.all([
    latchkey.session(principal),
    latchkey.data(principal),
    latchkey.auditEvents(principal, { limit: 10 }),
  ])
  // Signed out since the request came in.
  if (session instanceof AuthError || data instanceof AuthError || record instanceof AuthError) toSignIn(event.url)

  const { theme, lastOrder } = data.data
  return {
    name: session.username,
    theme: theme === 'dark' ? 'dark' : 'light',
    lastOrder: isDrink(lastOrder) ? lastOrder : 'nothing yet',
    drinks: DRINKS,
    record: record.events.map(({ id, at, action }) => ({ id, at, action })),
  }
}

export const actions: Actions = {
  async theme(event) {
    const principal = requirePrincipal(event)
    const theme = (await event.request.formData()).get('theme')
    if (theme !== 'light' && theme !== 'dark') return fail(422, { problem: 'There are two themes: light and dark.' })
    const latchkey = await openLatchkey()
    const changed = await latchkey.patchData(principal, { theme })
    if (changed instanceof AuthError) refuse(changed)
  },
}
