// Recognises password hashes of other software: kind, parameters, and whether verifying one is too expensive for a sign-in.

import { parseFrameworkHash } from './framework-hashes.ts'
import { argon2, bcrypt, type EncodedBytes, type LegacyHash, type Pbkdf2Digest, pbkdf2, type RejectedHash, scrypt } from './hash-kinds.ts'

const MAX_TEXT = 1024

const UNSUPPORTED: RejectedHash = {
  refused:
    'the hash format is not supported: accepted are bcrypt, scrypt, PBKDF2 and Argon2, in the formats that the migration guide lists',
}
const TOO_WEAK: RejectedHash = {
  refused:
    'the hash is plain text or a fast digest, which attackers guess by the billion a second: leave the user out and set a new password',
}

const ARGON2 =
  /^(?:argon2)?\$(argon2(?:id|i|d))(?:\$v=(16|19))?\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,10})\$([\w+/-]+={0,2})\$([\w+/-]+={0,2})$/
const BCRYPT = /^(?:(bcrypt|bcrypt_sha256)\$)?(\$2[aby]\$\d\d\$[./A-Za-z0-9]{53})$/
const SCRYPT_PHC = /^\$scrypt\$(n|ln)=(\d{1,10}),r=(\d{1,10}),p=(\d{1,10})\$([\w+/]+={0,2})\$([\w+/]+={0,2})$/
const SCRYPT_DJANGO = /^scrypt\$(\d{1,10})\$([^$]+)\$(\d{1,10})\$(\d{1,10})\$([\w+/]+={0,2})$/
const SCRYPT_HEX_PAIR = /^([0-9a-f]{32}):([0-9a-f]{128})$/
const PBKDF2_DJANGO = /^pbkdf2_(sha1|sha256|sha384|sha512)\$(\d{1,10})\$([^$]+)\$([\w+/]+={0,2})$/
/** The form of passlib and Phoenix, and with `i=` the PHC form. */
const PBKDF2_CRYPT = /^\$pbkdf2(?:-(sha1|sha256|sha384|sha512))?\$(?:i=)?(\d{1,10})(?:,l=\d+)?\$([\w./+]+={0,2})\$([\w./+]+={0,2})$/
/** Plain digests, in the forms of Django, Werkzeug, Spring, LDAP and Unix, bare hexadecimal ones, and labelled plain text. */
const WEAK_DIGEST =
  /^(?:(?:md5|sha1|sha256|sha512|unsalted_md5|crypt)\$|\{(?:noop|s?md[45]|s?sha[\d-]*)\}|\$1\$|[0-9a-f]{32}$|[0-9a-f]{40}$|[0-9a-f]{64}$)/i

/** Parses a stored hash. Pure: nothing is hashed, and a hash that would cost too much is rejected. */
export function parseHash(stored: string): LegacyHash | RejectedHash {
  if (stored.length > MAX_TEXT) return UNSUPPORTED
  const found =
    parseArgon2(stored) ?? parseBcrypt(stored) ?? parseScrypt(stored) ?? parsePbkdf2(stored) ?? parseFrameworkHash(stored, parseHash)
  return found ?? (WEAK_DIGEST.test(stored) ? TOO_WEAK : UNSUPPORTED)
}

/**
 * The text that is stored for a parsed hash. Argon2 hashes from other software get a prefix, so that they are never taken for one of ours,
 * which is always of a password in NFC.
 */
export function storedForm(hash: LegacyHash, stored: string): string {
  return hash.kind === 'argon2' ? `argon2${hash.phc}` : stored
}

/** The normalisation forms of an entered password that may have been hashed. The canonical one comes first. */
export function passwordForms(hash: LegacyHash, typed: string): readonly string[] {
  if (hash.kind === 'scrypt' && hash.form === 'NFKC') return [typed.normalize('NFKC')]
  return [...new Set([typed.normalize('NFC'), typed, typed.normalize('NFD'), typed.normalize('NFKC')])]
}

function parseArgon2(stored: string): LegacyHash | RejectedHash | undefined {
  const [, variant, version = '16', memory = '', passes = '', lanes = '', salt = '', key = ''] = ARGON2.exec(stored) ?? []
  return variant === undefined ? undefined : argon2({ variant, version, memory, passes, lanes, salt, key })
}

function parseBcrypt(stored: string): LegacyHash | RejectedHash | undefined {
  const [, prefix, text] = BCRYPT.exec(stored) ?? []
  return text === undefined ? undefined : bcrypt(text, prefix === 'bcrypt_sha256' ? 'sha256 in hex' : 'password')
}

function parseScrypt(stored: string): LegacyHash | RejectedHash | undefined {
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
  // The salt is the hexadecimal text itself, not the bytes that it encodes.
  return scrypt(16_384, 16, 1, { encoding: 'text', value: pairSalt }, { encoding: 'hex', value: pairKey }, 'NFKC')
}

function parsePbkdf2(stored: string): LegacyHash | RejectedHash | undefined {
  const [, digest, iterations, salt = '', key = ''] = PBKDF2_DJANGO.exec(stored) ?? []
  if (digest !== undefined) {
    return pbkdf2(digest as Pbkdf2Digest, Number(iterations), { encoding: 'text', value: salt }, { encoding: 'base64', value: key })
  }
  const [, cryptDigest = 'sha1', rounds, cryptSalt = '', cryptKey = ''] = PBKDF2_CRYPT.exec(stored) ?? []
  if (rounds === undefined) return undefined
  // passlib's alphabet has a dot instead of the plus.
  const bytes = (value: string): EncodedBytes => ({ encoding: 'base64', value: value.replaceAll('.', '+') })
  return pbkdf2(cryptDigest as Pbkdf2Digest, Number(rounds), bytes(cryptSalt), bytes(cryptKey))
}
