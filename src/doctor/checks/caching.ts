// Checks that no response comes from a cache, and that none may be stored by one.

import { cachedExchanges } from '../cached-responses.ts'
import type { CheckFunction } from '../finding.ts'
import { header, headerValues, processIdOf } from '../http-exchange.ts'

export const checkCachedResponses: CheckFunction = (result) => {
  const [cached] = [...cachedExchanges(result)].filter(({ path }) => path.startsWith('/access/'))
  if (cached === undefined) return []
  const { method, path, status } = cached
  return [
    {
      what: `${method} ${path.split('?')[0]} was answered with ${status} from a cache: ${status === 401 ? 'users who sign in stay signed out' : "users may get each other's responses"}.`,
      fix: 'nginx: remove `proxy_cache` and `proxy_ignore_headers Cache-Control` from the location of Latchkey. CDN: bypass the cache for /access/.',
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
      what: `${changed.method} ${changed.path} arrived with Cache-Control: ${header(changed, 'cache-control') ?? '(none)'} instead of no-store.`,
      fix: 'nginx: remove `expires`, `add_header Cache-Control` and `proxy_hide_header Cache-Control` from the location of Latchkey.',
    },
  ]
}
