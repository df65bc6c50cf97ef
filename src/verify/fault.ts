// Faults between a verifier and its issuer. Each is reported and retried; none makes a token acceptable.

/**
 * `jwks.unavailable`: the keys cannot be loaded: no response in time, a redirect, or a status other than 200. `jwks.invalid`: the response is
 * not a key set, or has no usable key. `jwks.too_large`: the key set is larger than 256 KiB. `stream.unavailable`, `stream.invalid`: the same
 * for the revocation feed. `service_key.refused`: the issuer does not know the service key.
 */
export type FaultCode =
  | 'jwks.unavailable'
  | 'jwks.invalid'
  | 'jwks.too_large'
  | 'stream.unavailable'
  | 'stream.invalid'
  | 'service_key.refused'

/** `cause` is the runtime's error, where there is one. */
export class VerifierFault extends Error {
  override readonly name = 'VerifierFault'
  readonly code: FaultCode

  constructor(code: FaultCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
