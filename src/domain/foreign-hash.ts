// Password hashes that other software leaves behind: what kind a stored text is, with which parameters, and whether
// verifying it costs more than one sign-in may.

/** Bytes as the stored text writes them; `text` stands for its own UTF-8 bytes. */
export interface EncodedBytes {
  readonly encoding: 'text' | 'hex' | 'base64'
  readonly value: string
}

export type Pbkdf2Digest = 'sha1' | 'sha256' | 'sha512'

/** The normal forms of a password that may have been hashed: whatever was typed once, or always this one. */
export type HashedForm = 'any' | 'NFKC'

export type ForeignHash =
  | { readonly kind: 'argon2'; readonly phc: string }
  /** With `sha256` the hash is of the hexadecimal SHA-256 of the password. */
  | { readonly kind: 'bcrypt'; readonly text: string; readonly of: 'password' | 'sha256' }
  | {
      readonly kind: 'scrypt'
      readonly cost: number
      readonly blockSize: number
      readonly parallelization: number
      readonly salt: EncodedBytes
      readonly key: EncodedBytes
      readonly form: HashedForm
    }
  | {
      readonly kind: 'pbkdf2'
      readonly digest: Pbkdf2Digest
      readonly iterations: number
      readonly salt: EncodedBytes
      readonly key: EncodedBytes
    }

/** Why a stored text is none of them, in words that never repeat it. */
export interface NoHash {
  readonly refused: string
}

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB

const MAX_TEXT = 1024
const MAX_BCRYPT_COST = 15
const MAX_ITERATIONS = 10_000_000
const MAX_SCRYPT_MEMORY = 256 * MIB
const MAX_ARGON2_MEMORY = GIB
/** Bytes that all passes together may go through. */
const MAX_SCRYPT_WORK = 2 * GIB
const MAX_ARGON2_WORK = 4 * GIB
const MAX_LANES = 255
/** Fewer bytes would match by chance, or by trying. */
const MIN_KEY = 16
const MAX_KEY = 128
const MIN_ARGON2_SALT = 8

const NOT_UNDERSTOOD: NoHash = {
  refused: 'the hash is not understood: accepted are bcrypt, scrypt, PBKDF2 and Argon2, in the forms that the guide lists',
}

const ARGON2 =
  /^(?:argon2)?\$(argon2(?:id|i|d))(?:\$v=(16|19))?\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,10})\$([\w+/-]+={0,2})\$([\w+/-]+={0,2})$/
const BCRYPT = /^(?:(bcrypt|bcrypt_sha256)\$)?(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53})$/
const SCRYPT_PHC = /^\$scrypt\$(n|ln)=(\d{1,10}),r=(\d{1,10}),p=(\d{1,10})\$([\w+/]+={0,2})\$([\w+/]+={0,2})$/
const SCRYPT_DJANGO = /^scrypt\$(\d{1,10})\$([^$]+)\$(\d{1,10})\$(\d{1,10})\$([\w+/]+={0,2})$/
const SCRYPT_HEX_PAIR = /^([0-9a-f]{32}):([0-9a-f]{128})$/
const PBKDF2_DJANGO = /^pbkdf2_(sha1|sha256|sha512)\$(\d{1,10})\$([^$]+)\$([\w+/]+={0,2})$/
const PBKDF2_PASSLIB = /^\$pbkdf2(?:-(sha256|sha512))?\$(\d{1,10})\$([\w./]+)\$([\w./]+)$/

/** Recognises a stored hash. Pure: nothing is computed, and what would cost too much is refused. */
export function recogniseHash(stored: string): ForeignHash | NoHash {
  if (stored.length > MAX_TEXT) return NOT_UNDERSTOOD
  return asArgon2(stored) ?? asBcrypt(stored) ?? asScrypt(stored) ?? asPbkdf2(stored) ?? NOT_UNDERSTOOD
}

/**
 * The text under which a recognised hash is kept. Argon2 from elsewhere carries a prefix, so that it is never taken for one
 * of our own, which is of a password in NFC.
 */
export function textToKeep(hash: ForeignHash, stored: string): string {
  return hash.kind === 'argon2' ? `argon2${hash.phc}` : stored
}

/** The forms of a typed password of which a hash may have been made. The canonical one comes first. */
export function hashedForms(hash: ForeignHash, typed: string): readonly string[] {
  if (hash.kind === 'scrypt' && hash.form === 'NFKC') return [typed.normalize('NFKC')]
  return [...new Set([typed.normalize('NFC'), typed, typed.normalize('NFD'), typed.normalize('NFKC')])]
}

function asArgon2(stored: string): ForeignHash | NoHash | undefined {
  const [, kind, version = '16', m, t, p, salt = '', key = ''] = ARGON2.exec(stored) ?? []
  if (kind === undefined) return undefined
  const [memory, passes, lanes] = [Number(m) * KIB, Number(t), Number(p)]
  if (lanes < 1 || lanes > MAX_LANES || passes < 1 || memory < 8 * KIB * lanes)
    return { refused: 'the hash has parameters that Argon2 has not' }
  if (memory > MAX_ARGON2_MEMORY) return { refused: `the hash would take ${inMib(memory)} of memory; at most ${inMib(MAX_ARGON2_MEMORY)}` }
  if (memory * passes > MAX_ARGON2_WORK) return { refused: `the hash makes ${passes} passes over ${inMib(memory)}, which takes too long` }
  const bytes = { salt: standardBase64(salt), key: standardBase64(key) }
  if (decodedLength(bytes.salt) < MIN_ARGON2_SALT) return { refused: 'the hash has a salt that is too short' }
  const wrongKey = judgeKey(decodedLength(bytes.key))
  if (wrongKey) return wrongKey
  return { kind: 'argon2', phc: `$${kind}$v=${version}$m=${m},t=${t},p=${p}$${bytes.salt}$${bytes.key}` }
}

function asBcrypt(stored: string): ForeignHash | NoHash | undefined {
  const [, prefix, text, cost] = BCRYPT.exec(stored) ?? []
  if (text === undefined) return undefined
  if (Number(cost) < 4) return { refused: 'the hash has a cost that bcrypt has not' }
  if (Number(cost) > MAX_BCRYPT_COST) return { refused: `the hash has the bcrypt cost ${cost}; at most ${MAX_BCRYPT_COST}` }
  return { kind: 'bcrypt', text, of: prefix === 'bcrypt_sha256' ? 'sha256' : 'password' }
}

function asScrypt(stored: string): ForeignHash | NoHash | undefined {
  const [, name, n, phcR, phcP, phcSalt = '', phcKey = ''] = SCRYPT_PHC.exec(stored) ?? []
  if (name !== undefined) {
    const cost = name === 'ln' ? 2 ** Number(n) : Number(n)
    return scrypt(cost, Number(phcR), Number(phcP), { encoding: 'base64', value: phcSalt }, { encoding: 'base64', value: phcKey })
  }
  const [, cost, salt = '', r, p, key = ''] = SCRYPT_DJANGO.exec(stored) ?? []
  if (cost !== undefined) {
    return scrypt(Number(cost), Number(r), Number(p), { encoding: 'text', value: salt }, { encoding: 'base64', value: key })
  }
  const [, pairSalt, pairKey = ''] = SCRYPT_HEX_PAIR.exec(stored) ?? []
  if (pairSalt === undefined) return undefined
  // The salt is the hexadecimal text itself, not the bytes that it writes.
  return scrypt(16_384, 16, 1, { encoding: 'text', value: pairSalt }, { encoding: 'hex', value: pairKey }, 'NFKC')
}

function scrypt(
  cost: number,
  blockSize: number,
  parallelization: number,
  salt: EncodedBytes,
  key: EncodedBytes,
  form: HashedForm = 'any',
): ForeignHash | NoHash {
  const isCost = cost >= 2 && Number.isInteger(Math.log2(cost)) && Math.log2(cost) < 16 * blockSize
  if (!isCost || blockSize < 1 || parallelization < 1) return { refused: 'the hash has parameters that scrypt has not' }
  const memory = 128 * blockSize * Math.max(cost, parallelization)
  if (memory > MAX_SCRYPT_MEMORY) return { refused: `the hash would take ${inMib(memory)} of memory; at most ${inMib(MAX_SCRYPT_MEMORY)}` }
  if (128 * cost * blockSize * parallelization > MAX_SCRYPT_WORK) return { refused: 'the hash has scrypt parameters that take too long' }
  return judgeKey(lengthOf(key)) ?? { kind: 'scrypt', cost, blockSize, parallelization, salt, key, form }
}

function asPbkdf2(stored: string): ForeignHash | NoHash | undefined {
  const [, digest, iterations, salt = '', key = ''] = PBKDF2_DJANGO.exec(stored) ?? []
  if (digest !== undefined) {
    return pbkdf2(digest as Pbkdf2Digest, Number(iterations), { encoding: 'text', value: salt }, { encoding: 'base64', value: key })
  }
  const [, passlibDigest = 'sha1', rounds, passlibSalt = '', passlibKey = ''] = PBKDF2_PASSLIB.exec(stored) ?? []
  if (rounds === undefined) return undefined
  // Its alphabet has a dot in the place of the plus.
  const bytes = (value: string): EncodedBytes => ({ encoding: 'base64', value: value.replaceAll('.', '+') })
  return pbkdf2(passlibDigest as Pbkdf2Digest, Number(rounds), bytes(passlibSalt), bytes(passlibKey))
}

const DIGEST_LENGTH: Readonly<Record<Pbkdf2Digest, number>> = { sha1: 20, sha256: 32, sha512: 64 }

function pbkdf2(digest: Pbkdf2Digest, iterations: number, salt: EncodedBytes, key: EncodedBytes): ForeignHash | NoHash {
  if (iterations < 1) return { refused: 'the hash has no iterations' }
  // Each further block of the key costs all iterations again.
  const rounds = iterations * Math.ceil(lengthOf(key) / DIGEST_LENGTH[digest])
  if (rounds > MAX_ITERATIONS) return { refused: `the hash takes ${rounds} iterations; at most ${MAX_ITERATIONS}` }
  return judgeKey(lengthOf(key)) ?? { kind: 'pbkdf2', digest, iterations, salt, key }
}

function judgeKey(length: number): NoHash | undefined {
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

function inMib(bytes: number): string {
  return `${Math.ceil(bytes / MIB)} MiB`
}
