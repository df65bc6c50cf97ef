// A route of the application's own that changes something: with a cookie alone it is refused.

import { AuthError } from 'latchkey'
import { refusal } from '../../../lib/auth'
import { openLatchkey } from '../../../lib/latchkey'
import { isDrink } from '../../../lib/orders'
import { clientInfoOf } from '../../../lib/peer'

export async function POST(request: Request): Promise<Response> {
  const latchkey = await openLatchkey()
  const who = await latchkey.authenticate(request)
  if (!who.ok) return refusal(who.error)

  const { item } = (await request.json().catch(() => ({}))) as { readonly item?: unknown }
  if (!isDrink(item)) return Response.json({ title: 'We do not have that.' }, { status: 422 })

  const changed = await latchkey.patchData(who.principal, { lastOrder: item })
  if (changed instanceof AuthError) return refusal(changed)
  const recorded = await latchkey.record(who.principal, 'order.placed', { item }, clientInfoOf(request.headers))
  if (recorded instanceof AuthError) return refusal(recorded)
  return Response.json({ lastOrder: item }, { status: 201, headers: { 'cache-control': 'no-store' } })
}
