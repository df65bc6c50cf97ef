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
}

/** Left to the host, which has pages of its own there. */
const OF_THE_HOST = ['/', '/docs']

export function embeddedPaths(pages: readonly Route[]): EmbeddedPaths {
  const own = pages.map(({ path }) => path).filter((path) => !path.includes(':') && !OF_THE_HOST.includes(path))
  return { api: ['/access/*', '/.well-known/jwks.json'], pages: own }
}
