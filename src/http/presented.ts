// A credential as a request presents it; who is at the other end is read from the request only where somebody looks.

import { deviceOf } from '../domain/credential.ts'
import type { Presented } from '../engine/authenticate.ts'
import type { Caller } from '../engine/lookout.ts'
import type { Incoming } from './message.ts'

/** A request, as far as it tells who sends it. Some hosts know the address only when they are asked. */
export interface Sender extends Pick<Incoming, 'header'> {
  readonly address?: string | (() => string)
}

export class PresentedByRequest implements Presented, Caller {
  readonly kind: Presented['kind']
  readonly raw: string
  readonly proof: string | undefined
  readonly #sender: Sender

  /** @param proof the device proof that came along */
  constructor(kind: Presented['kind'], raw: string, proof: string | undefined, sender: Sender) {
    this.kind = kind
    this.raw = raw
    this.proof = proof
    this.#sender = sender
  }

  get by(): Caller {
    return this
  }

  get ip(): string {
    const { address } = this.#sender
    return (typeof address === 'function' ? address.call(this.#sender) : address) ?? ''
  }

  get userAgent(): string {
    return deviceOf(this.#sender.header('user-agent'))
  }
}
