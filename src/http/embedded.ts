// What an adapter needs of Latchkey, to put it into a host's own server.

import type { Handle } from './handler.ts'
import type { Protect } from './protect.ts'
import type { Route } from './route.ts'

export interface Embedded {
  readonly handle: Handle
  readonly protect: Protect
  readonly paths: EmbeddedPaths
}

/** What Latchkey answers in a host's server; `/*` at an end stands for everything beneath. */
export interface EmbeddedPaths {
  readonly api: readonly string[]
  readonly pages: readonly string[]
  /** The page for administrators. */
  readonly admin: readonly string[]
}

/** Left to the host, which has pages of its own there. */
const OF_THE_HOST = ['/', '/docs', '/favicon.ico', '/robots.txt']
/** Hosts often have one of their own there: it is mounted where they ask for it. */
const WHERE_ASKED_FOR = ['/admin']

export function embeddedPaths(pages: readonly Route[]): EmbeddedPaths {
  const own = pages.map(({ path }) => path).filter((path) => !path.includes(':') && !path.endsWith('/') && !OF_THE_HOST.includes(path))
  return {
    api: ['/access/*', '/.well-known/jwks.json', '/.well-known/oauth-authorization-server'],
    pages: own.filter((path) => !WHERE_ASKED_FOR.includes(path)),
    admin: own.filter((path) => WHERE_ASKED_FOR.includes(path)),
  }
}
