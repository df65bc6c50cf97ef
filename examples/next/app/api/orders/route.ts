// A route that changes something: a request with a cookie alone is refused.

import { AuthError } from 'latchkey'
import { refusalResponse } from '../../../lib/auth'
import { openLatchkey } from '../../../lib/latchkey'
import { isDrink } from '../../../lib/orders'
import { clientInfoOf } from '../../../lib/peer'

export async function POST(request: Request): Promise<Response> {
  const latchkey = await openLatchkey()
  const result = await latchkey.authenticate(request)
  if (!result.ok) return refusalResponse(result.error)

  const { item } = (await request.json().catch(() => ({}))) as { readonly item?: unknown }
  if (!isDrink(item)) return Response.json({ title: 'This item is not on the menu.' }, { status: 422 })

  const changed = await latchkey.patchData(result.principal, { lastOrder: item })
  if (changed instanceof AuthError) return refusalResponse(changed)
  const recorded = await latchkey.record(result.principal, 'order.placed', { item }, clientInfoOf(request.headers))
  if (recorded instanceof AuthError) return refusalResponse(recorded)
  return Response.json({ lastOrder: item }, { status: 201, headers: { 'cache-control': 'no-store' } })
}
