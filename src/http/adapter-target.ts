// What an adapter needs of Latchkey, to put it into a host's own server.

import type { Handle } from './handler.ts'
import type { Route } from './route.ts'
import type { RouteGuard } from './route-guard.ts'

export interface AdapterTarget {
  readonly handle: Handle
  readonly routeGuard: RouteGuard
  readonly paths: AdapterPaths
}

/** What Latchkey answers in a host's server; `/*` at an end stands for everything beneath. */
export interface AdapterPaths {
  readonly api: readonly string[]
  readonly pages: readonly string[]
  /** The page for administrators. */
  readonly admin: readonly string[]
}

/** Left to the host, which has pages of its own there. */
const HOST_OWNED_PATHS = ['/', '/docs', '/favicon.ico', '/robots.txt']
/** Hosts often have one of their own there: it is mounted where they ask for it. */
const OPT_IN_PATHS = ['/admin']

export function adapterPaths(pages: readonly Route[]): AdapterPaths {
  const own = pages.map(({ path }) => path).filter((path) => !path.includes(':') && !path.endsWith('/') && !HOST_OWNED_PATHS.includes(path))
  return {
    api: ['/access/*', '/.well-known/jwks.json', '/.well-known/oauth-authorization-server'],
    pages: own.filter((path) => !OPT_IN_PATHS.includes(path)),
    admin: own.filter((path) => OPT_IN_PATHS.includes(path)),
  }
}
