// No answer comes from a cache, and none is given to one.

import { cachedExchanges } from '../cached-responses.ts'
import type { CheckFunction } from '../finding.ts'
import { header, headerValues, processIdOf } from '../http-exchange.ts'

export const checkCachedResponses: CheckFunction = (visit) => {
  const [cached] = [...cachedExchanges(visit)].filter(({ path }) => path.startsWith('/access/'))
  if (cached === undefined) return []
  const { method, path, status } = cached
  return [
    {
      what: `${method} ${path.split('?')[0]} was answered with ${status} from a cache: ${status === 401 ? 'whoever signs in stays signed out' : "people may be given each other's answers"}.`,
      fix: 'Take `proxy_cache` and `proxy_ignore_headers Cache-Control` out of the part of nginx that leads to Latchkey; at a CDN, let /access/ bypass the cache.',
    },
  ]
}

export const checkCacheHeaders: CheckFunction = ({ steps }) => {
  const changed = [...steps.signedOut, ...steps.signIn, ...steps.byToken].find(
    (exchange) => processIdOf(exchange) !== undefined && !/\bno-store\b/i.test(headerValues(exchange, 'cache-control').join(',')),
  )
  if (changed === undefined) return []
  return [
    {
      what: `${changed.method} ${changed.path} came back with Cache-Control: ${header(changed, 'cache-control') ?? '(none)'} instead of no-store.`,
      fix: 'Take `expires`, `add_header Cache-Control` and `proxy_hide_header Cache-Control` out of the part of nginx that leads to Latchkey.',
    },
  ]
}
