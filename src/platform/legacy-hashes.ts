// Verifies password hashes of other software. All run off the main thread except phpass, which yields to the event loop between rounds.

import { createHmac, hash as digestOf, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto'
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { promisify } from 'node:util'
import { verify as verifyArgon2 } from '@node-rs/argon2'
import { verify as verifyBcrypt } from '@node-rs/bcrypt'
import type { BcryptInput, EncodedBytes, LegacyHash } from '../domain/hash-kinds.ts'
import { parseHash, passwordForms } from '../domain/legacy-hash.ts'

/** Compares a typed password with a stored hash. A hash that is not recognized or costs too much matches nothing. */
export async function verifyLegacyHash(stored: string, typed: string): Promise<boolean> {
  const hash = parseHash(stored)
  if ('refused' in hash) return false
  for (const form of passwordForms(hash, typed)) if (await matches(hash, form)) return true
  return false
}

async function matches(hash: LegacyHash, password: string): Promise<boolean> {
  switch (hash.kind) {
    case 'argon2':
      // The pattern accepts some texts that cannot be decoded, such as half a byte at the end: they match nothing.
      return verifyArgon2(hash.phc, password).catch(() => false)
    case 'bcrypt':
      return verifyBcrypt(bcryptInput(hash.of, password, hash.text), hash.text)
    case 'scrypt':
      return matchesScrypt(hash, password)
    case 'pbkdf2':
      return matchesPbkdf2(hash, password)
    case 'phpass':
      return matchesPhpass(hash, password)
  }
}

function bcryptInput(kind: BcryptInput, password: string, stored: string): string {
  switch (kind) {
    case 'password':
      return password
    case 'sha256 in hex':
      return digestOf('sha256', password, 'hex')
    case 'sha256 in base64':
      return digestOf('sha256', password, 'base64')
    case 'hmac-sha256 of the salt in base64':
      return createHmac('sha256', stored.slice(7, 29)).update(password).digest('base64')
    case 'wordpress':
      // WordPress trims these at both ends.
      return createHmac('sha384', 'wp-sha384').update(password.replace(PHP_BLANKS, '')).digest('base64')
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: PHP's trim takes NUL and the vertical tab.
const PHP_BLANKS = /^[ \t\n\r\0\x0B]+|[ \t\n\r\0\x0B]+$/g

/** The longest password that phpass hashes, in bytes. */
const MAX_PHPASS_PASSWORD = 4096
/** A few milliseconds of work. */
const ROUNDS_PER_TICK = 2048

async function matchesPhpass({ digest, rounds, salt, key }: LegacyHash & { kind: 'phpass' }, password: string): Promise<boolean> {
  const bytes = Buffer.from(password)
  if (bytes.length > MAX_PHPASS_PASSWORD) return false
  let state = digestOf(digest, Buffer.concat([Buffer.from(salt), bytes]), 'buffer')
  for (let round = 1; round <= rounds; round += 1) {
    state = digestOf(digest, Buffer.concat([state, bytes]), 'buffer')
    if (round % ROUNDS_PER_TICK === 0) await yieldToEventLoop()
  }
  return timingSafeEqual(Buffer.from(encodePhpass(state).slice(0, key.length)), Buffer.from(key))
}

const PHPASS_ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Encodes three bytes as four characters, the lowest bits first. */
function encodePhpass(bytes: Buffer): string {
  let digits = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const three = bytes.subarray(at, at + 3)
    const value = three.reduce((sum, byte, index) => sum + byte * 256 ** index, 0)
    for (let digit = 0; digit <= three.length; digit += 1) digits += PHPASS_ALPHABET[(value >>> (6 * digit)) & 63]
  }
  return digits
}

const derivePbkdf2 = promisify(pbkdf2)

async function matchesPbkdf2({ salt, iterations, digest, key }: LegacyHash & { kind: 'pbkdf2' }, password: string): Promise<boolean> {
  const expected = bytesOf(key)
  return timingSafeEqual(await derivePbkdf2(password, bytesOf(salt), iterations, expected.length, digest), expected)
}

async function matchesScrypt(hash: LegacyHash & { kind: 'scrypt' }, password: string): Promise<boolean> {
  const { cost, blockSize, parallelization } = hash
  const expected = bytesOf(hash.key)
  // Twice the required memory: `parseHash` bounds the cost of accepted hashes.
  const maxmem = 2 * 128 * blockSize * (cost + parallelization)
  const derived = await new Promise<Buffer>((resolve, reject) => {
    scrypt(password, bytesOf(hash.salt), expected.length, { cost, blockSize, parallelization, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
  return timingSafeEqual(derived, expected)
}

function bytesOf({ encoding, value }: EncodedBytes): Buffer {
  return Buffer.from(value, encoding === 'text' ? 'utf8' : encoding)
}
