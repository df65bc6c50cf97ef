// Which answers came from a cache: Latchkey gives each of its answers an id of its own.

import { type Exchange, header } from './http-exchange.ts'
import type { ProbeResult } from './visit/steps.ts'

/** Answers whose id was seen before, or that name their age. */
export function cachedExchanges({ steps }: ProbeResult): ReadonlySet<Exchange> {
  const all = Object.values(steps).flat()
  const firstWith = new Map<string, Exchange>()
  for (const exchange of [...all].sort((one, other) => one.sentAt - other.sentAt)) {
    const id = header(exchange, 'x-request-id')
    if (id !== undefined && !firstWith.has(id)) firstWith.set(id, exchange)
  }
  const isCached = (exchange: Exchange) => {
    const id = header(exchange, 'x-request-id')
    return (id !== undefined && firstWith.get(id) !== exchange) || Number(header(exchange, 'age') ?? 0) > 0
  }
  return new Set(all.filter(isCached))
}
