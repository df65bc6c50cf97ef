// A route that changes something: a request with a cookie alone is refused.

import { error, json } from '@sveltejs/kit'
import { AuthError } from 'latchkey'
import { isDrink } from '../../../lib/drinks.ts'
import { clientInfoOf, refuse, requirePrincipal } from '../../../lib/server/auth.ts'
import { openLatchkey } from '../../../lib/server/latchkey.ts'
import type { RequestHandler } from './$types.js'

export const POST: RequestHandler = async (event) => {
  const principal = requirePrincipal(event)
  const { item } = (await event.request.json().catch(() => ({}))) as { readonly item?: unknown }
  if (!isDrink(item)) error(422, 'This item is not on the menu.')

  const latchkey = await openLatchkey()
  const changed = await latchkey.patchData(principal, { lastOrder: item })
  if (changed instanceof AuthError) refuse(changed)
  const recorded = await latchkey.record(principal, 'order.placed', { item }, clientInfoOf(event))
  if (recorded instanceof AuthError) refuse(recorded)
  return json({ lastOrder: item }, { status: 201 })
}
