// The router: finds the routes of a path by method, and its parameter.

import { TrieRouter } from 'hono/router/trie-router'
import type { Route } from './route.ts'

export interface MatchedRoute {
  readonly methods: ReadonlyMap<string, Route>
  /** True where pages of every origin may read the responses of the path. */
  readonly anyOrigin: boolean
  /** The path's parameter, decoded; empty where it has none. */
  readonly parameter: string
}

const ANY = 'ALL'

export function createRouter(routes: readonly Route[]): (path: string) => MatchedRoute | undefined {
  const byPath = new Map<string, Map<string, Route>>()
  for (const route of routes) {
    const methods = byPath.get(route.path) ?? new Map<string, Route>()
    methods.set(route.method, route)
    // HEAD is GET without its body (RFC 9110, 9.3.2): it exists for GET routes that change nothing.
    if (route.method === 'GET' && !route.changes) methods.set('HEAD', route)
    byPath.set(route.path, methods)
  }
  const withParameter = [...byPath].filter(([path]) => path.includes(':'))
  const router = new TrieRouter<Map<string, Route>>()
  for (const [path, methods] of withParameter) router.add(ANY, path, methods)
  const exact = new Map(
    [...byPath]
      .filter(([path]) => !path.includes(':'))
      .map(([path, methods]) => [path, { methods, anyOrigin: isForAnyOrigin(methods), parameter: '' }]),
  )

  return (path) => {
    const known = exact.get(path)
    if (known !== undefined) return known
    const [matched] = router.match(ANY, path)[0]
    if (matched === undefined) return undefined
    const [methods, parameters] = matched
    const [encoded = ''] = Object.values(parameters)
    return { methods, anyOrigin: false, parameter: decoded(String(encoded)) }
  }
}

function isForAnyOrigin(methods: ReadonlyMap<string, Route>): boolean {
  return [...methods.values()].every(({ anyOrigin }) => anyOrigin === true)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
