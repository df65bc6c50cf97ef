// latchkey/verify: checks tokens in other services, without asking Latchkey, and refuses them within a second of the end of
// their session. Runs wherever there are fetch and Web Crypto.

export type { TokenAlgorithm } from '../domain/public-key.ts'
export { type FaultCode, VerifierFault } from './fault.ts'
export type { FeedLossPolicy, VerifierOptions } from './options.ts'
export type { VerificationResult, VerifiedPrincipal } from './result.ts'
export { createVerifier, type RequestOptions, type VerifiedRequest, type Verifier } from './verifier.ts'
