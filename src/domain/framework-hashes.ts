// Password hash formats of frameworks and applications: Werkzeug, Spring Security, ASP.NET Core Identity, WordPress and phpass, passlib's
// bcrypt, Lucia, and standard formats behind a label.

import { bcrypt, type EncodedBytes, type LegacyHash, type Pbkdf2Digest, pbkdf2, phpass, type RejectedHash, scrypt } from './hash-kinds.ts'

type ParseResult = LegacyHash | RejectedHash | undefined

const WERKZEUG_SCRYPT = /^scrypt:(\d{1,10}):(\d{1,10}):(\d{1,10})\$([^$]+)\$((?:[0-9a-f]{2})+)$/
const WERKZEUG_PBKDF2 = /^pbkdf2:(sha1|sha256|sha384|sha512):(\d{1,10})\$([^$]+)\$((?:[0-9a-f]{2})+)$/
const LUCIA = /^s2:([^:]+):([0-9a-f]{128})$/
const SPRING_PBKDF2 = /^\{pbkdf2(@SpringSecurity_v5_8)?\}([0-9a-f]+)$/
/** Also the form of the underlying Java library, which puts `$s0` before it. */
const SPRING_SCRYPT = /^(?:\{scrypt(?:@SpringSecurity_v5_8)?\})?(?:\$s0)?\$([0-9a-f]{5,8})\$([A-Za-z0-9+/]+={0,2})\$([A-Za-z0-9+/]+={0,2})$/
const ASP_NET = /^A[AQ][A-Za-z0-9+/]{46,}={0,2}$/
const WORDPRESS = /^\$wp(\$2[aby]\$\d\d\$[./A-Za-z0-9]{53})$/
const PHPASS =
  /^(?:\$[PH]\$([./A-Za-z0-9])([./A-Za-z0-9]{8})([./A-Za-z0-9]{22})|\$S\$([./A-Za-z0-9])([./A-Za-z0-9]{8})([./A-Za-z0-9]{43}))$/
const PASSLIB_BCRYPT = /^\$bcrypt-sha256\$(?:v=2,t=(2[ab]),r=(\d{1,2})|(2[ab]),(\d{1,2}))\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})$/
/** Labels that Spring, LDAP, Dovecot and Nextcloud put before a standard format. */
const LABEL = /^(?:\{(?:bcrypt|crypt|blf-crypt|argon2(?:id?)?(?:@SpringSecurity_v5_8)?)\}|[123]\|)(?=\$(?:2[aby]|argon2(?:id|i|d))\$)/i

/** @param parse parses the text behind a label */
export function parseFrameworkHash(stored: string, parse: (text: string) => LegacyHash | RejectedHash): ParseResult {
  const label = LABEL.exec(stored)?.[0]
  if (label !== undefined) return parse(stored.slice(label.length))
  return (
    parseWerkzeug(stored) ??
    parseSpring(stored) ??
    parseAspNet(stored) ??
    parsePhpass(stored) ??
    parsePasslibBcrypt(stored) ??
    parseLucia(stored)
  )
}

function parseWerkzeug(stored: string): ParseResult {
  const [, cost, r, p, salt = '', key = ''] = WERKZEUG_SCRYPT.exec(stored) ?? []
  if (cost !== undefined) return scrypt(Number(cost), Number(r), Number(p), text(salt), hex(key))
  const [, digest, iterations, pbkdf2Salt = '', pbkdf2Key = ''] = WERKZEUG_PBKDF2.exec(stored) ?? []
  return digest === undefined ? undefined : pbkdf2(digest as Pbkdf2Digest, Number(iterations), text(pbkdf2Salt), hex(pbkdf2Key))
}

/** The defaults of its encoders, without an application secret (pepper). */
function parseSpring(stored: string): ParseResult {
  const [, since58, bytes] = SPRING_PBKDF2.exec(stored) ?? []
  // The salt comes first; the key has 32 bytes.
  if (bytes !== undefined && since58 !== undefined && bytes.length === 2 * (16 + 32))
    return pbkdf2('sha256', 310_000, hex(bytes.slice(0, 32)), hex(bytes.slice(32)))
  if (bytes !== undefined && since58 === undefined && bytes.length === 2 * (8 + 32))
    return pbkdf2('sha1', 185_000, hex(bytes.slice(0, 16)), hex(bytes.slice(16)))
  const [, parameters, salt = '', key = ''] = SPRING_SCRYPT.exec(stored) ?? []
  if (parameters === undefined) return undefined
  const packed = Number.parseInt(parameters, 16)
  return scrypt(2 ** (packed >>> 16), (packed >>> 8) & 0xff, packed & 0xff, base64(salt), base64(key))
}

const PRF: readonly Pbkdf2Digest[] = ['sha1', 'sha256', 'sha512']
/** The bytes before the salt in version 3: version, digest, iterations, length of the salt. */
const V3_HEADER = 13

/** The versions 2 and 3 of ASP.NET Identity, which are bytes in base64. */
function parseAspNet(stored: string): ParseResult {
  if (!ASP_NET.test(stored)) return undefined
  const bytes = decodeBase64(stored)
  if (bytes[0] === 0)
    return bytes.length === 49 ? pbkdf2('sha1', 1000, hex(toHex(bytes.slice(1, 17))), hex(toHex(bytes.slice(17)))) : undefined
  const [prf, iterations = 0, saltLength = 0] = [1, 5, 9].map((at) => readUint32(bytes, at))
  const digest = prf === undefined ? undefined : PRF[prf]
  const saltEnd = V3_HEADER + saltLength
  if (digest === undefined || saltLength < 8 || saltEnd >= bytes.length) return undefined
  return pbkdf2(digest, iterations, hex(toHex(bytes.slice(V3_HEADER, saltEnd))), hex(toHex(bytes.slice(saltEnd))))
}

const PHPASS_ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function parsePhpass(stored: string): ParseResult {
  const [, wordPress] = WORDPRESS.exec(stored) ?? []
  if (wordPress !== undefined) return bcrypt(wordPress, 'wordpress')
  const [whole, power = '', salt = '', key = '', drupalPower = '', drupalSalt = '', drupalKey = ''] = PHPASS.exec(stored) ?? []
  if (whole === undefined) return undefined
  if (drupalPower !== '') return phpass('sha512', PHPASS_ALPHABET.indexOf(drupalPower), drupalSalt, drupalKey)
  return phpass('md5', PHPASS_ALPHABET.indexOf(power), salt, key)
}

function parsePasslibBcrypt(stored: string): ParseResult {
  const [, variant2, cost2, variant1, cost1, salt = '', key = ''] = PASSLIB_BCRYPT.exec(stored) ?? []
  const [variant, cost] = [variant2 ?? variant1, cost2 ?? cost1]
  if (variant === undefined || cost === undefined) return undefined
  const of = variant2 === undefined ? 'sha256 in base64' : 'hmac-sha256 of the salt in base64'
  return bcrypt(`$${variant}$${cost.padStart(2, '0')}$${salt}${key}`, of)
}

function parseLucia(stored: string): ParseResult {
  const [, salt, key = ''] = LUCIA.exec(stored) ?? []
  return salt === undefined ? undefined : scrypt(16_384, 16, 1, text(salt), hex(key), 'NFKC')
}

function text(value: string): EncodedBytes {
  return { encoding: 'text', value }
}

function hex(value: string): EncodedBytes {
  return { encoding: 'hex', value }
}

function base64(value: string): EncodedBytes {
  return { encoding: 'base64', value }
}

const BASE64_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function decodeBase64(base64Text: string): readonly number[] {
  const bits = [...base64Text.replaceAll('=', '')].map((digit) => BASE64_ALPHABET.indexOf(digit).toString(2).padStart(6, '0')).join('')
  return Array.from({ length: Math.floor(bits.length / 8) }, (_, index) => Number.parseInt(bits.slice(8 * index, 8 * index + 8), 2))
}

function toHex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function readUint32(bytes: readonly number[], at: number): number {
  return bytes.slice(at, at + 4).reduce((number, byte) => 256 * number + byte, 0)
}
