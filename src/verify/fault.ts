// What goes wrong between a verifier and its issuer. A fault is told and tried again; no token is accepted because of one.

/**
 * `jwks.unavailable`: the keys cannot be loaded: no answer in time, a redirect, a status that is not 200. `jwks.invalid`: what came is no key
 * set, or none of its keys can be used. `jwks.too_large`: it is longer than 256 KiB. `stream.…`: the same of what ends. `service_key.refused`:
 * the issuer does not know the service key.
 */
export type FaultCode =
  | 'jwks.unavailable'
  | 'jwks.invalid'
  | 'jwks.too_large'
  | 'stream.unavailable'
  | 'stream.invalid'
  | 'service_key.refused'

/** `cause` is what the runtime said, where it said something. */
export class VerifierFault extends Error {
  override readonly name = 'VerifierFault'
  readonly code: FaultCode

  constructor(code: FaultCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
