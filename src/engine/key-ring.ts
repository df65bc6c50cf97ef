// The key ring of this process: created at the first start, and read again when another process rotates it.

import { AuthError } from '../domain/errors.ts'
import {
  algorithmOf,
  createKeyRing,
  type KeyRingRecord,
  replaceSigningKeys,
  rotateKeyRing,
  type ServiceKeyRecord,
  type SigningKeyRecord,
  type SlowHashes,
  verifyingKeys,
} from '../domain/key-ring.ts'
import type { TokenAlgorithm } from '../domain/public-key.ts'
import { DAY, SECOND } from '../domain/time.ts'
import type { TokenClaims } from '../domain/token.ts'
import type { Clock } from '../ports/clock.ts'
import type { Signing, TokenSigner } from '../ports/signing.ts'
import type { Change, Store, WriteResult } from '../ports/store.ts'

const ROTATION_INTERVAL = 90 * DAY
/** Tokens signed by an unknown key cause a reload of the ring, but no more often than this. */
const MIN_RELOAD_INTERVAL = SECOND

/** Writes the ring, together with other changes of the same write. */
export type WriteRing = (changes: readonly Change[], at: number) => Promise<WriteResult | AuthError>

export interface KeyRingOptions {
  readonly store: Store
  readonly signing: Signing
  readonly clock: Clock
  readonly tokenLifetime: number
  /** The algorithm of new keys. */
  readonly algorithm: TokenAlgorithm
  /** False in a command, whose environment may differ from that of the servers: it does not change the algorithm. */
  readonly acceptsCredentials: boolean
  /** Called with the ring after every read. */
  readonly onRead?: (ring: KeyRingRecord) => void
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

  /** Reads the ring, or creates it when there is none. @throws Error when LATCHKEY_SECRET cannot unseal it */
  async read(): Promise<KeyRingRecord> {
    const { store, signing, clock, tokenLifetime } = this.#options
    this.#readAt = clock.now()
    let ring = await store.findKeyRing()
    if (ring === undefined) {
      const { signing: first, next } = this.#generatePair(this.#readAt, this.#options.algorithm)
      // Without a ring there are no users yet, so no survey is due.
      const created = { ...createKeyRing(first, next, this.#readAt), slowHashes: { samples: [], imports: 0, surveyedAt: this.#readAt } }
      const written = await store.write([{ do: 'replace key ring', next: created, ifVersion: 0 }])
      ring = written.committed ? created : await store.findKeyRing()
    }
    if (ring === undefined) throw new Error('The key ring could not be created')
    if (ring.version !== this.#ring?.version) this.#signer = signing.signer(verifyingKeys(ring, this.#readAt, tokenLifetime))
    this.#ring = ring
    this.#options.onRead?.(ring)
    return ring
  }

  /**
   * Reads the ring for the first time. When its signing algorithm is not the configured one, new keys take over at once; tokens signed
   * before stay valid until they expire. @throws as `read`
   */
  async initialize(): Promise<void> {
    const { algorithm, acceptsCredentials, clock, tokenLifetime } = this.#options
    const hasAlgorithm = ({ signing }: KeyRingRecord) => algorithmOf(signing) === algorithm
    if (hasAlgorithm(await this.read()) || !acceptsCredentials) return
    await this.#update((ring, at) => {
      // Another process with the same setting may have done it meanwhile.
      return hasAlgorithm(ring) ? undefined : replaceSigningKeys(ring, this.#generatePair(at, algorithm), at, tokenLifetime)
    }, clock.now())
  }

  /** Reads the ring; concurrent callers share one read, so that many tokens with unknown keys cost no more than one. */
  reload(): Promise<KeyRingRecord> {
    this.#reading ??= this.read().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  sign(claims: TokenClaims): string {
    if (this.#signer === undefined) throw new Error('The key ring has not been read yet')
    return this.#signer.sign(claims)
  }

  verify(token: string): TokenClaims | undefined {
    return this.#signer?.verify(token)
  }

  /** True when the ring was read so long ago that it may lack a token's key. */
  mayBeStale(now: number): boolean {
    return Math.abs(now - this.#readAt) > MIN_RELOAD_INTERVAL
  }

  /** The published keys: the signing key, the next one, and retired ones whose tokens may still be valid. */
  published(): readonly SigningKeyRecord[] {
    return this.#ring ? verifyingKeys(this.#ring, this.#options.clock.now(), this.#options.tokenLifetime) : []
  }

  services(): readonly ServiceKeyRecord[] {
    return this.#ring?.services ?? []
  }

  /** As `addService`. */
  async rotate(write?: WriteRing): Promise<KeyRingRecord | AuthError> {
    const { signing, clock, tokenLifetime, acceptsCredentials } = this.#options
    const rotated = (ring: KeyRingRecord, at: number) => {
      const algorithm = acceptsCredentials ? this.#options.algorithm : algorithmOf(ring.signing)
      return algorithmOf(ring.next) === algorithm
        ? rotateKeyRing(ring, signing.generate(at, algorithm), at, tokenLifetime)
        : replaceSigningKeys(ring, this.#generatePair(at, algorithm), at, tokenLifetime)
    }
    return this.#update(rotated, clock.now(), write)
  }

  #generatePair(at: number, algorithm: TokenAlgorithm): Pick<KeyRingRecord, 'signing' | 'next'> {
    const { signing } = this.#options
    return { signing: signing.generate(at, algorithm), next: signing.generate(at, algorithm) }
  }

  async rotateByAge(): Promise<void> {
    const ring = await this.read()
    if (this.#options.clock.now() >= ring.rotatedAt + ROTATION_INTERVAL) await this.rotate()
  }

  /** @param write writes the ring with related changes; its refusal is returned */
  async addService(service: ServiceKeyRecord, write: WriteRing): Promise<KeyRingRecord | AuthError> {
    const add = (ring: KeyRingRecord) => ({ ...ring, version: ring.version + 1, services: [...ring.services, service] })
    return this.#update(add, service.createdAt, write)
  }

  /** As `addService`. Refusal: `resource.not_found`. */
  async removeService(id: string, write: WriteRing): Promise<KeyRingRecord | AuthError> {
    const remove = (ring: KeyRingRecord) => {
      const services = ring.services.filter((service) => service.id !== id)
      return services.length < ring.services.length ? { ...ring, version: ring.version + 1, services } : undefined
    }
    return this.#update(remove, this.#options.clock.now(), write)
  }

  /** The kinds of legacy hashes; undefined before the first survey. */
  slowHashes(): SlowHashes | undefined {
    return this.#ring?.slowHashes
  }

  /** Updates the kinds of legacy hashes; no change when `change` returns undefined. @throws StoreError */
  async updateSlowHashes(change: (known: SlowHashes | undefined) => SlowHashes | undefined): Promise<void> {
    const updated = (ring: KeyRingRecord) => {
      const slowHashes = change(ring.slowHashes)
      return slowHashes && { ...ring, version: ring.version + 1, slowHashes }
    }
    await this.#update(updated, this.#options.clock.now())
  }

  async #update(
    change: (ring: KeyRingRecord, at: number) => KeyRingRecord | undefined,
    at: number,
    write: WriteRing = (changes) => this.#options.store.write(changes),
  ): Promise<KeyRingRecord | AuthError> {
    for (;;) {
      const ring = await this.read()
      const next = change(ring, at)
      if (next === undefined) return new AuthError('resource.not_found')
      const changes: readonly Change[] = [
        { do: 'replace key ring', next, ifVersion: ring.version },
        { do: 'append entry', entry: { kind: 'keys', at } },
      ]
      const written = await write(changes, at)
      if (written instanceof AuthError) return written
      if (written.committed) return this.read()
    }
  }
}
