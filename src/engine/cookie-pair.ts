// The pair cookie, a host-only cookie against cookie tossing: where cookies have a Domain, it proves that this host set the session cookie.
// It names the lineage under a MAC.
//
// With `LATCHKEY_COOKIE_DOMAIN` every sibling sub-domain can set the session cookie, also to a genuine one of its own. It cannot set a
// cookie of this host (`__Host-`), so a session or remember-me login without its pair can only read.

import { PAIR_SEAL } from '../domain/persisted-names.ts'
import { sealForDeployment, unsealForDeployment } from './deployment-seals.ts'

type Sealing = Parameters<typeof sealForDeployment>[0]

/** Undefined when cookies have no Domain: then the browser itself keeps siblings from setting them. */
export function createPair(context: Sealing, lineage: string): string | undefined {
  return context.policy.cookies.domain === null ? undefined : `${lineage}.${sealForDeployment(context, PAIR_SEAL, lineage, '')}`
}

/** The lineage that a pair names; undefined when the pair is not ours. */
export function lineageOfPair(context: Sealing, pair: string): string | undefined {
  const dot = pair.indexOf('.')
  const lineage = pair.slice(0, Math.max(dot, 0))
  return unsealForDeployment(context, PAIR_SEAL, lineage, pair.slice(dot + 1)) === undefined ? undefined : lineage
}

/** Whether a cookie of this lineage may do more than read. */
export function isPaired(context: Sealing, lineage: string, pair: string | undefined): boolean {
  return context.policy.cookies.domain === null || (pair !== undefined && lineageOfPair(context, pair) === lineage)
}
