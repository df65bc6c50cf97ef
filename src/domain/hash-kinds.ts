// Supported kinds of password hashes, and limits on the cost of verifying one. Pure: nothing is hashed here.

/** Bytes in their stored encoding; `text` means its own UTF-8 bytes. */
export interface EncodedBytes {
  readonly encoding: 'text' | 'hex' | 'base64'
  readonly value: string
}

export type Pbkdf2Digest = 'sha1' | 'sha256' | 'sha384' | 'sha512'

/** The normalisation of the password before hashing: any form, or always NFKC. */
export type PasswordForm = 'any' | 'NFKC'

/** The input of bcrypt: the password, or a digest of it, because bcrypt reads at most 72 bytes. */
export type BcryptInput = 'password' | 'sha256 in hex' | 'sha256 in base64' | 'hmac-sha256 of the salt in base64' | 'wordpress'

export type LegacyHash =
  | { readonly kind: 'argon2'; readonly phc: string }
  | { readonly kind: 'bcrypt'; readonly text: string; readonly of: BcryptInput }
  | {
      readonly kind: 'scrypt'
      readonly cost: number
      readonly blockSize: number
      readonly parallelization: number
      readonly salt: EncodedBytes
      readonly key: EncodedBytes
      readonly form: PasswordForm
    }
  | {
      readonly kind: 'pbkdf2'
      readonly digest: Pbkdf2Digest
      readonly iterations: number
      readonly salt: EncodedBytes
      readonly key: EncodedBytes
    }
  /** The portable hashes of phpass: a digest of salt and password, repeated with the password. */
  | { readonly kind: 'phpass'; readonly digest: 'md5' | 'sha512'; readonly rounds: number; readonly salt: string; readonly key: string }

/** Why a stored text is not accepted; the message never repeats the text. */
export interface RejectedHash {
  readonly refused: string
}

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB

const MAX_BCRYPT_COST = 15
const MAX_ITERATIONS = 10_000_000
const MAX_SCRYPT_MEMORY = 256 * MIB
const MAX_ARGON2_MEMORY = GIB
/** Bytes processed by all passes together. */
const MAX_SCRYPT_WORK = 2 * GIB
const MAX_ARGON2_WORK = 4 * GIB
const MAX_LANES = 255
/** As a power of two. Each round is a separate call; the maximum takes half a second. */
const MAX_PHPASS = 17
/** Fewer bytes could match by chance or by brute force. */
const MIN_KEY = 16
const MAX_KEY = 128
const MIN_ARGON2_SALT = 8

export interface Argon2Text {
  readonly variant: string
  readonly version: string
  readonly memory: string
  readonly passes: string
  readonly lanes: string
  readonly salt: string
  readonly key: string
}

export function argon2(text: Argon2Text): LegacyHash | RejectedHash {
  const [memory, passes, lanes] = [Number(text.memory) * KIB, Number(text.passes), Number(text.lanes)]
  if (lanes < 1 || lanes > MAX_LANES || passes < 1 || memory < 8 * KIB * lanes)
    return { refused: 'the hash has parameters that Argon2 does not allow' }
  if (memory > MAX_ARGON2_MEMORY)
    return { refused: `the hash would take ${formatMib(memory)} of memory; at most ${formatMib(MAX_ARGON2_MEMORY)}` }
  if (memory * passes > MAX_ARGON2_WORK)
    return { refused: `the hash makes ${passes} passes over ${formatMib(memory)}, which takes too long` }
  const bytes = { salt: standardBase64(text.salt), key: standardBase64(text.key) }
  if (decodedLength(bytes.salt) < MIN_ARGON2_SALT) return { refused: `the hash has a salt of fewer than ${MIN_ARGON2_SALT} bytes` }
  const wrongKey = checkKeyLength(decodedLength(bytes.key))
  if (wrongKey) return wrongKey
  const parameters = `m=${text.memory},t=${text.passes},p=${text.lanes}`
  return { kind: 'argon2', phc: `$${text.variant}$v=${text.version}$${parameters}$${bytes.salt}$${bytes.key}` }
}

/** @param text `$2b$`, a cost of two digits, `$`, and 53 characters of salt and hash */
export function bcrypt(text: string, of: BcryptInput): LegacyHash | RejectedHash {
  const cost = text.slice(4, 6)
  if (Number(cost) < 4) return { refused: 'the hash has a cost that bcrypt does not allow: at least 4' }
  if (Number(cost) > MAX_BCRYPT_COST) return { refused: `the hash has the bcrypt cost ${cost}; at most ${MAX_BCRYPT_COST}` }
  return { kind: 'bcrypt', text, of }
}

export function scrypt(
  cost: number,
  blockSize: number,
  parallelization: number,
  salt: EncodedBytes,
  key: EncodedBytes,
  form: PasswordForm = 'any',
): LegacyHash | RejectedHash {
  const isCost = cost >= 2 && Number.isInteger(Math.log2(cost)) && Math.log2(cost) < 16 * blockSize
  if (!isCost || blockSize < 1 || parallelization < 1) return { refused: 'the hash has parameters that scrypt does not allow' }
  const memory = 128 * blockSize * Math.max(cost, parallelization)
  if (memory > MAX_SCRYPT_MEMORY)
    return { refused: `the hash would take ${formatMib(memory)} of memory; at most ${formatMib(MAX_SCRYPT_MEMORY)}` }
  if (128 * cost * blockSize * parallelization > MAX_SCRYPT_WORK) return { refused: 'the hash has scrypt parameters that take too long' }
  return checkKeyLength(lengthOf(key)) ?? { kind: 'scrypt', cost, blockSize, parallelization, salt, key, form }
}

const DIGEST_LENGTH: Readonly<Record<Pbkdf2Digest, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 }

export function pbkdf2(digest: Pbkdf2Digest, iterations: number, salt: EncodedBytes, key: EncodedBytes): LegacyHash | RejectedHash {
  if (iterations < 1) return { refused: 'the hash has no iterations' }
  // Each further block of the key costs all iterations again.
  const rounds = iterations * Math.ceil(lengthOf(key) / DIGEST_LENGTH[digest])
  if (rounds > MAX_ITERATIONS) return { refused: `the hash takes ${rounds} iterations; at most ${MAX_ITERATIONS}` }
  return checkKeyLength(lengthOf(key)) ?? { kind: 'pbkdf2', digest, iterations, salt, key }
}

/** @param power the number of rounds as a power of two */
export function phpass(digest: 'md5' | 'sha512', power: number, salt: string, key: string): LegacyHash | RejectedHash {
  if (power < 7 || power > 30) return { refused: 'the hash has a number of rounds that phpass does not allow' }
  if (power > MAX_PHPASS) return { refused: `the hash takes ${2 ** power} rounds; at most ${2 ** MAX_PHPASS}` }
  return { kind: 'phpass', digest, rounds: 2 ** power, salt, key }
}

function checkKeyLength(length: number): RejectedHash | undefined {
  if (length < MIN_KEY) return { refused: `the hash is cut off: it has ${length} bytes, at least ${MIN_KEY} are accepted` }
  if (length > MAX_KEY) return { refused: `the hash has ${length} bytes; at most ${MAX_KEY}` }
  return undefined
}

function lengthOf({ encoding, value }: EncodedBytes): number {
  return encoding === 'hex' ? value.length / 2 : decodedLength(value)
}

function decodedLength(base64: string): number {
  return Math.floor((base64.replaceAll('=', '').length * 3) / 4)
}

function standardBase64(text: string): string {
  return text.replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', '')
}

function formatMib(bytes: number): string {
  return `${Math.ceil(bytes / MIB)} MiB`
}
