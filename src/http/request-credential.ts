// A credential with the client info of its request, which is read lazily.

import { boundedUserAgent } from '../domain/credential.ts'
import type { RequestCredential as CredentialToCheck } from '../engine/authenticate.ts'
import type { RequestClient } from '../engine/session-monitor.ts'
import type { HttpRequest } from './message.ts'

/** The part of a request that identifies the client. Some hosts look the address up only on demand. */
export interface RequestSource extends Pick<HttpRequest, 'header'> {
  readonly address?: string | (() => string)
}

export class RequestCredential implements CredentialToCheck, RequestClient {
  readonly kind: CredentialToCheck['kind']
  readonly raw: string
  readonly deviceProof: string | undefined
  readonly #source: RequestSource

  /** @param deviceProof the device proof that was sent */
  constructor(kind: CredentialToCheck['kind'], raw: string, deviceProof: string | undefined, source: RequestSource) {
    this.kind = kind
    this.raw = raw
    this.deviceProof = deviceProof
    this.#source = source
  }

  get client(): RequestClient {
    return this
  }

  get ip(): string {
    const { address } = this.#source
    return (typeof address === 'function' ? address.call(this.#source) : address) ?? ''
  }

  get userAgent(): string {
    return boundedUserAgent(this.#source.header('user-agent'))
  }
}
