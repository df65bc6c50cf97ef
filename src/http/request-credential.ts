// A credential as a request presents it; who is at the other end is read from the request only where somebody looks.

import { boundedUserAgent } from '../domain/credential.ts'
import type { RequestCredential as CredentialToCheck } from '../engine/authenticate.ts'
import type { RequestClient } from '../engine/session-monitor.ts'
import type { HttpRequest } from './message.ts'

/** A request, as far as it tells who sends it. Some hosts know the address only when they are asked. */
export interface RequestSource extends Pick<HttpRequest, 'header'> {
  readonly address?: string | (() => string)
}

export class RequestCredential implements CredentialToCheck, RequestClient {
  readonly kind: CredentialToCheck['kind']
  readonly raw: string
  readonly deviceProof: string | undefined
  readonly #source: RequestSource

  /** @param deviceProof the device proof that came along */
  constructor(kind: CredentialToCheck['kind'], raw: string, deviceProof: string | undefined, sender: RequestSource) {
    this.kind = kind
    this.raw = raw
    this.deviceProof = deviceProof
    this.#source = sender
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
