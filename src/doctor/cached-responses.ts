// Finds responses that came from a cache: Latchkey gives each response a request id of its own.

import { type Exchange, header } from './http-exchange.ts'
import type { ProbeResult } from './probe/steps.ts'

/** Responses with a request id that was seen before, or with an Age above 0. */
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
