// What verifying a hash of other software costs: a text that stands for all hashes of the same kind and cost, and which of them are slowest.

import type { LegacyHash } from './hash-kinds.ts'
import { parseHash } from './legacy-hash.ts'

interface HashCost {
  readonly kind: string
  /** Comparable within a kind: twice as much takes twice as long. */
  readonly work: number
  /** A hash of nobody's password, of the same kind and cost. */
  readonly sample: string
}

/**
 * A hash of nobody's password that takes as long to verify as this one: the same for all of one kind and cost, and without anything of
 * this one's salt and key. Undefined where the text is not recognised.
 */
export function equalCostHash(stored: string): string | undefined {
  return hashCost(stored)?.sample
}

/** The slowest sample of each kind, in a fixed order: no more than there are kinds. */
export function slowestSamples(samples: readonly string[]): readonly string[] {
  const slowest = new Map<string, HashCost>()
  for (const sample of samples) {
    const cost = hashCost(sample)
    if (cost !== undefined && cost.work > (slowest.get(cost.kind)?.work ?? 0)) slowest.set(cost.kind, cost)
  }
  return [...slowest.values()].map(({ sample }) => sample).toSorted()
}

/** How often a typed password may be hashed at most: once for each of its normal forms that differ. */
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

/** So many zero bytes in base64 without padding. */
function zeros(bytes: number): string {
  return 'A'.repeat(Math.ceil((bytes * 4) / 3))
}
