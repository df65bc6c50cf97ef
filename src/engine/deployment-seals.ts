// Seals that only this deployment opens: bound to the public URL and the stem of the cookies. A secret that was copied to another
// deployment opens none of them.

import type { Parts } from './parts.ts'

type Bound = Pick<Parts, 'secrets'> & { readonly policy: Pick<Parts['policy'], 'issuer' | 'cookies'> }

export function sealForDeployment(parts: Bound, purpose: string, context: string, text: string): string {
  return parts.secrets.seal(purpose, boundContext(parts, context), text)
}

/** Undefined unless it was sealed for this purpose and context, and by this deployment. */
export function unsealForDeployment(parts: Bound, purpose: string, context: string, sealed: string): string | undefined {
  return parts.secrets.unseal(purpose, boundContext(parts, context), sealed)
}

/** As `unsealForDeployment`, and takes what was sealed before seals were bound: for what browsers hold at an update. */
export function unsealAlsoUnbound(parts: Bound, purpose: string, context: string, sealed: string): string | undefined {
  return unsealForDeployment(parts, purpose, context, sealed) ?? parts.secrets.unseal(purpose, context, sealed)
}

function boundContext({ policy }: Bound, context: string): string {
  return JSON.stringify([policy.issuer, policy.cookies.stem, context])
}
