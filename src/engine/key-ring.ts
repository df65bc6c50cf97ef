// The key ring in this process: made on first start, read again when another process rotates it.

import { AuthError } from '../domain/errors.ts'
import { type KeyRingRecord, newRing, rotateRing, type ServiceKeyRecord, type SigningKeyRecord, verifyingKeys } from '../domain/key-ring.ts'
import { DAY, SECOND } from '../domain/time.ts'
import type { TokenClaims } from '../domain/token.ts'
import type { Clock } from '../ports/clock.ts'
import type { Signing, TokenSigner } from '../ports/signing.ts'
import type { Change, Store, Written } from '../ports/store.ts'

const ROTATE_AFTER = 90 * DAY
/** A token signed by an unknown key makes the ring be read again, but not more often than this. */
const REREAD_AFTER = SECOND

/** Writes the ring, with whatever else belongs into the same write. */
export type WriteRing = (changes: readonly Change[], at: number) => Promise<Written | AuthError>

export interface KeyRingOptions {
  readonly store: Store
  readonly signing: Signing
  readonly clock: Clock
  readonly tokenLifetime: number
}

export class KeyRing {
  readonly #options: KeyRingOptions
  #ring: KeyRingRecord | undefined
  #signer: TokenSigner | undefined
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<KeyRingRecord> | undefined

  constructor(options: KeyRingOptions) {
    this.#options = options
  }

  /** Reads the ring, and makes one where there is none yet. @throws Error when LATCHKEY_SECRET does not open it */
  async read(): Promise<KeyRingRecord> {
    const { store, signing, clock, tokenLifetime } = this.#options
    this.#readAt = clock.now()
    let ring = await store.findKeyRing()
    if (ring === undefined) {
      const made = newRing(signing.generate(this.#readAt), signing.generate(this.#readAt), this.#readAt)
      const written = await store.write([{ do: 'replace key ring', next: made, ifVersion: 0 }])
      ring = written.landed ? made : await store.findKeyRing()
    }
    if (ring === undefined) throw new Error('The key ring could not be made')
    if (ring.version !== this.#ring?.version) this.#signer = signing.signer(verifyingKeys(ring, this.#readAt, tokenLifetime))
    this.#ring = ring
    return ring
  }

  /** Reads the ring; whoever asks while it is read gets the same, so that many wrong keys cost no more than one. */
  readAgain(): Promise<KeyRingRecord> {
    this.#reading ??= this.read().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  sign(claims: TokenClaims): string {
    if (this.#signer === undefined) throw new Error('The key ring was not read yet')
    return this.#signer.sign(claims)
  }

  verify(token: string): TokenClaims | undefined {
    return this.#signer?.verify(token)
  }

  /** True when the ring was read so long ago that a token may be signed by a key it does not know. */
  mayBeStale(now: number): boolean {
    return Math.abs(now - this.#readAt) > REREAD_AFTER
  }

  /** The keys that verifiers should know: the signing one, the next one, and those whose tokens may still live. */
  published(): readonly SigningKeyRecord[] {
    return this.#ring ? verifyingKeys(this.#ring, this.#options.clock.now(), this.#options.tokenLifetime) : []
  }

  services(): readonly ServiceKeyRecord[] {
    return this.#ring?.services ?? []
  }

  /** As `addService`. */
  async rotate(write?: WriteRing): Promise<KeyRingRecord | AuthError> {
    const { signing, clock, tokenLifetime } = this.#options
    return this.#change((ring, at) => rotateRing(ring, signing.generate(at), at, tokenLifetime), clock.now(), write)
  }

  async rotateByAge(): Promise<void> {
    const ring = await this.read()
    if (this.#options.clock.now() >= ring.rotatedAt + ROTATE_AFTER) await this.rotate()
  }

  /** @param write writes the ring with what belongs to it; its refusal is the result */
  async addService(service: ServiceKeyRecord, write: WriteRing): Promise<KeyRingRecord | AuthError> {
    const add = (ring: KeyRingRecord) => ({ ...ring, version: ring.version + 1, services: [...ring.services, service] })
    return this.#change(add, service.createdAt, write)
  }

  /** As `addService`. Refusal: `not_found`. */
  async removeService(id: string, write: WriteRing): Promise<KeyRingRecord | AuthError> {
    const remove = (ring: KeyRingRecord) => {
      const services = ring.services.filter((service) => service.id !== id)
      return services.length < ring.services.length ? { ...ring, version: ring.version + 1, services } : undefined
    }
    return this.#change(remove, this.#options.clock.now(), write)
  }

  async #change(
    change: (ring: KeyRingRecord, at: number) => KeyRingRecord | undefined,
    at: number,
    write: WriteRing = (changes) => this.#options.store.write(changes),
  ): Promise<KeyRingRecord | AuthError> {
    for (;;) {
      const ring = await this.read()
      const next = change(ring, at)
      if (next === undefined) return new AuthError('not_found')
      const changes: readonly Change[] = [
        { do: 'replace key ring', next, ifVersion: ring.version },
        { do: 'append entry', entry: { kind: 'keys', at } },
      ]
      const written = await write(changes, at)
      if (written instanceof AuthError) return written
      if (written.landed) return this.read()
    }
  }
}
