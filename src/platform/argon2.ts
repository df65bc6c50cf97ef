// The password hasher: Argon2id (RFC 9106) with OWASP's parameters, off the main thread, with a bounded queue. It also verifies
// hashes with older parameters and hashes of other software.

import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { equalCostHash } from '../domain/hash-cost.ts'
import { canonicalPassword, isTooLong } from '../domain/password.ts'
import type { PasswordHasher, Verification } from '../ports/passwords.ts'
import { createBoundedQueue } from './bounded-queue.ts'
import { verifyLegacyHash } from './legacy-hashes.ts'

// 2 is Argon2id: the package's enum exists in its types only.
const CURRENT = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 }
const CURRENT_PREFIX = `$argon2id$v=19$m=${CURRENT.memoryCost},t=${CURRENT.timeCost},p=${CURRENT.parallelism}$`

export interface HasherLimits {
  /** The most hashes computed at the same time; default: the number of cores. */
  readonly concurrency?: number
  /** The most waiting callers; any more get `undefined` at once. */
  readonly queue?: number
}

export function createArgon2({ concurrency = availableParallelism(), queue = 64 }: HasherLimits = {}): PasswordHasher {
  const hashQueue = createBoundedQueue(concurrency, queue)
  // The hash of an unknown password, with the cost of a real one.
  const dummyHash = `${CURRENT_PREFIX}${base64Unpadded(randomBytes(16))}$${base64Unpadded(randomBytes(CURRENT.outputLen))}`

  async function compare(stored: string | null, password: string): Promise<Verification> {
    const canonical = canonicalPassword(password)
    if (stored?.startsWith(CURRENT_PREFIX)) return { ok: await matches(stored, canonical), needsRehash: false }
    if (stored !== null && (await verifyLegacyHash(stored, password))) return { ok: true, needsRehash: true }
    // A rejection must never be faster than one for a hash of current cost.
    await verify(dummyHash, canonical)
    return { ok: false, needsRehash: false }
  }

  return {
    hash: (password, signal) => hashQueue.run(() => hash(canonicalPassword(password), CURRENT), signal),

    async verify(stored, password, signal, onStart) {
      if (isTooLong(password)) return { ok: false, needsRehash: false }
      return hashQueue.run(() => {
        onStart?.()
        return compare(stored, password)
      }, signal)
    },

    equalCostHash: (stored) => (stored.startsWith(CURRENT_PREFIX) ? undefined : equalCostHash(stored)),

    measure: (sample) =>
      hashQueue.run(async () => {
        const startedAt = performance.now()
        await compare(sample, 'measured')
        return performance.now() - startedAt
      }),
  }
}

/** A damaged hash matches nothing. */
async function matches(phc: string, password: string): Promise<boolean> {
  try {
    return await verify(phc, password)
  } catch {
    return false
  }
}

function base64Unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
