// The cost of legacy password hashes: a dummy hash for each kind and cost, and the slowest of them.

import type { LegacyHash } from './hash-kinds.ts'
import { parseHash } from './legacy-hash.ts'

interface HashCost {
  readonly kind: string
  /** Comparable within a kind: twice the work takes twice as long. */
  readonly work: number
  /** A dummy hash of the same kind and cost. */
  readonly sample: string
}

/**
 * A dummy hash that takes as long to verify as this one: the same for all hashes of a kind and cost, and without this one's salt and key.
 * Undefined for an unsupported hash.
 */
export function equalCostHash(stored: string): string | undefined {
  return hashCost(stored)?.sample
}

/** The slowest sample of each kind, sorted: at most one per kind. */
export function slowestSamples(samples: readonly string[]): readonly string[] {
  const slowest = new Map<string, HashCost>()
  for (const sample of samples) {
    const cost = hashCost(sample)
    if (cost !== undefined && cost.work > (slowest.get(cost.kind)?.work ?? 0)) slowest.set(cost.kind, cost)
  }
  return [...slowest.values()].map(({ sample }) => sample).toSorted()
}

/** The maximum number of hashes for an entered password: one for each distinct normalisation form. */
export function hashCount(typed: string): number {
  return new Set([typed, typed.normalize('NFC'), typed.normalize('NFD'), typed.normalize('NFKC')]).size
}

function hashCost(stored: string): HashCost | undefined {
  const hash = parseHash(stored)
  return 'refused' in hash ? undefined : costOfLegacyHash(hash)
}

function costOfLegacyHash(hash: LegacyHash): HashCost {
  switch (hash.kind) {
    case 'argon2': {
      const [, variant = '', version = '', m = '', t = '', p = ''] = /^\$(\w+)\$v=(\d+)\$m=(\d+),t=(\d+),p=(\d+)\$/.exec(hash.phc) ?? []
      const sample = `argon2$${variant}$v=${version}$m=${m},t=${t},p=${p}$${zeros(16)}$${zeros(32)}`
      return { kind: variant, work: Number(m) * Number(t), sample }
    }
    case 'bcrypt': {
      const cost = hash.text.slice(4, 6)
      return { kind: 'bcrypt', work: 2 ** Number(cost), sample: `$2b$${cost}$${'.'.repeat(53)}` }
    }
    case 'scrypt': {
      const { cost, blockSize, parallelization } = hash
      const sample = `$scrypt$n=${cost},r=${blockSize},p=${parallelization}$${zeros(16)}$${zeros(64)}`
      return { kind: 'scrypt', work: cost * blockSize * parallelization, sample }
    }
    case 'pbkdf2': {
      const { digest, iterations, key } = hash
      const rounds = iterations * Math.ceil(bytesIn(key) / DIGEST_LENGTH[digest])
      return { kind: digest, work: rounds, sample: `pbkdf2_${digest}$${rounds}$salt$${zeros(DIGEST_LENGTH[digest])}` }
    }
    case 'phpass': {
      const power = PHPASS_ALPHABET[Math.log2(hash.rounds)]
      const sample = hash.digest === 'md5' ? `$P$${power}${'.'.repeat(30)}` : `$S$${power}${'.'.repeat(51)}`
      return { kind: `phpass ${hash.digest}`, work: hash.rounds, sample }
    }
  }
}

const PHPASS_ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const DIGEST_LENGTH = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 } as const

function bytesIn({ encoding, value }: { readonly encoding: string; readonly value: string }): number {
  return encoding === 'hex' ? value.length / 2 : Math.floor((value.replaceAll('=', '').length * 3) / 4)
}

/** Zero bytes in base64 without padding. */
function zeros(bytes: number): string {
  return 'A'.repeat(Math.ceil((bytes * 4) / 3))
}
