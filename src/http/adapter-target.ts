// What an adapter needs from Latchkey to mount it in a host's server.

import type { Handle } from './handler.ts'
import type { Route } from './route.ts'
import type { RouteGuard } from './route-guard.ts'

export interface AdapterTarget {
  readonly handle: Handle
  readonly routeGuard: RouteGuard
  readonly paths: AdapterPaths
}

/** The paths that Latchkey answers in a host's server; a trailing `/*` stands for everything below. */
export interface AdapterPaths {
  readonly api: readonly string[]
  readonly pages: readonly string[]
  /** The admin console. */
  readonly admin: readonly string[]
}

/** Left to the host, which has its own pages there. */
const HOST_OWNED_PATHS = ['/', '/docs', '/favicon.ico', '/robots.txt']
/** Hosts often have their own page there: mounted on request only. */
const OPT_IN_PATHS = ['/admin']

export function adapterPaths(pages: readonly Route[]): AdapterPaths {
  const own = pages.map(({ path }) => path).filter((path) => !path.includes(':') && !path.endsWith('/') && !HOST_OWNED_PATHS.includes(path))
  return {
    api: ['/access/*', '/.well-known/jwks.json', '/.well-known/oauth-authorization-server'],
    pages: own.filter((path) => !OPT_IN_PATHS.includes(path)),
    admin: own.filter((path) => OPT_IN_PATHS.includes(path)),
  }
}
