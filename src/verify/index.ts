// latchkey/verify: verifies access tokens in other services without a request to Latchkey, and rejects them within one second of
// the revocation of their session. Needs only fetch and Web Crypto.

export type { TokenAlgorithm } from '../domain/public-key.ts'
export { type FaultCode, VerifierFault } from './fault.ts'
export type { FeedLossPolicy, VerifierOptions } from './options.ts'
export type { VerificationResult, VerifiedPrincipal } from './result.ts'
export { createVerifier, type RequestOptions, type VerifiedRequest, type Verifier } from './verifier.ts'
