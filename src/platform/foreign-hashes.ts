// Verifying what other software has hashed. All of it is computed off the main thread.

import { createHash, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { verify as verifyArgon2 } from '@node-rs/argon2'
import { verify as verifyBcrypt } from '@node-rs/bcrypt'
import { type EncodedBytes, type ForeignHash, hashedForms, recogniseHash } from '../domain/foreign-hash.ts'

/** Compares a typed password with a stored text. One that is not recognised, or costs too much, matches nothing. */
export async function matchesForeign(stored: string, typed: string): Promise<boolean> {
  const hash = recogniseHash(stored)
  if ('refused' in hash) return false
  for (const form of hashedForms(hash, typed)) if (await matches(hash, form)) return true
  return false
}

async function matches(hash: ForeignHash, password: string): Promise<boolean> {
  switch (hash.kind) {
    case 'argon2':
      // The pattern lets through what no decoder takes, such as half a byte at the end: such a text matches nothing.
      return verifyArgon2(hash.phc, password).catch(() => false)
    case 'bcrypt':
      return verifyBcrypt(hash.of === 'sha256' ? createHash('sha256').update(password).digest('hex') : password, hash.text)
    case 'scrypt':
      return matchesScrypt(hash, password)
    case 'pbkdf2':
      return matchesPbkdf2(hash, password)
  }
}

const derivePbkdf2 = promisify(pbkdf2)

async function matchesPbkdf2({ salt, iterations, digest, key }: ForeignHash & { kind: 'pbkdf2' }, password: string): Promise<boolean> {
  const expected = bytesOf(key)
  return timingSafeEqual(await derivePbkdf2(password, bytesOf(salt), iterations, expected.length, digest), expected)
}

async function matchesScrypt(hash: ForeignHash & { kind: 'scrypt' }, password: string): Promise<boolean> {
  const { cost, blockSize, parallelization } = hash
  const expected = bytesOf(hash.key)
  // What is needed, and some to spare: the bound on what is accepted is drawn where the hash is recognised.
  const maxmem = 2 * 128 * blockSize * (cost + parallelization)
  const made = await new Promise<Buffer>((resolve, reject) => {
    scrypt(password, bytesOf(hash.salt), expected.length, { cost, blockSize, parallelization, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
  return timingSafeEqual(made, expected)
}

function bytesOf({ encoding, value }: EncodedBytes): Buffer {
  return Buffer.from(value, encoding === 'text' ? 'utf8' : encoding)
}
