// Deployment-bound seals: bound to the public URL and the cookie stem, so that another deployment with the same secret opens none of them.

import type { EngineContext } from './context.ts'

type SealingContext = Pick<EngineContext, 'secrets'> & { readonly policy: Pick<EngineContext['policy'], 'issuer' | 'cookies'> }

export function sealForDeployment(context: SealingContext, purpose: string, associated: string, text: string): string {
  return context.secrets.seal(purpose, deploymentContext(context, associated), text)
}

/** Undefined unless it was sealed for this purpose and context, by this deployment. */
export function unsealForDeployment(context: SealingContext, purpose: string, associated: string, sealed: string): string | undefined {
  return context.secrets.unseal(purpose, deploymentContext(context, associated), sealed)
}

/** As `unsealForDeployment`, but also accepts seals of earlier versions, which were not bound: browsers still hold them after an update. */
export function unsealWithLegacyFallback(context: SealingContext, purpose: string, associated: string, sealed: string): string | undefined {
  return unsealForDeployment(context, purpose, associated, sealed) ?? context.secrets.unseal(purpose, associated, sealed)
}

function deploymentContext({ policy }: SealingContext, associated: string): string {
  return JSON.stringify([policy.issuer, policy.cookies.stem, associated])
}
