// Opaque credentials and sealed values on node:crypto: HMAC-SHA-512 (RFC 2104), HKDF (RFC 5869), AES-256-GCM (SP 800-38D).
//
// A credential is `<id>.<secret>`, both base64url; the secret is random bytes, the generation of a remember-me login, and a MAC.
// One HMAC over kind, id and random bytes gives both parts of the check: its first 16 bytes are the MAC in the credential, its last
// 32 bytes are the keyed hash in the store. Without the key, neither part reveals the other.

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import type { CredentialKind } from '../domain/credential.ts'
import {
  CREDENTIAL_KEY_PURPOSE,
  CREDENTIAL_MAC_LABELS,
  DIGEST_KEY_PREFIX,
  KEY_INFO_PREFIX,
  SEAL_KEY_PREFIX,
} from '../domain/persisted-names.ts'
import type { Secrets } from '../ports/secrets.ts'

const ID_BYTES = 16
const RANDOM_BYTES = 32
const GENERATION_BYTES = 4
const MAC_BYTES = 16
const HASH_OFFSET = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const SEAL_FORMAT = 1
const MAX_VALUE = 128

const SHAPE: Readonly<Record<CredentialKind, RegExp>> = {
  session: /^[\w-]{22}\.[\w-]{64}$/,
  remember_me: /^[\w-]{22}\.[\w-]{70}$/,
}

/**
 * @param secrets the values of LATCHKEY_SECRET, each at least 32 bytes: the first one creates, all of them verify and open
 */
export function createSecrets(secrets: readonly string[]): Secrets {
  const derive = (purpose: string): readonly KeyObject[] =>
    secrets.map((master) => createSecretKey(Buffer.from(hkdfSync('sha512', master, '', KEY_INFO_PREFIX + purpose, 32))))
  const derived = new Map<string, readonly KeyObject[]>()
  const keysFor = (purpose: string): readonly KeyObject[] => {
    const known = derived.get(purpose)
    if (known) return known
    const keys = derive(purpose)
    derived.set(purpose, keys)
    return keys
  }
  const credentialKeys = keysFor(CREDENTIAL_KEY_PURPOSE)
  const [credentialKey] = credentialKeys
  if (credentialKey === undefined) throw new TypeError('LATCHKEY_SECRET: at least one secret is required')

  return {
    randomId: generateId,

    issue(kind, generation, id = generateId()) {
      const random = kind === 'remember_me' ? withGeneration(randomBytes(RANDOM_BYTES), generation) : randomBytes(RANDOM_BYTES)
      const proof = computeMac(credentialKey, kind, id, random)
      const secret = Buffer.concat([random, proof.subarray(0, MAC_BYTES)])
      return { id, value: `${id}.${secret.toString('base64url')}`, hash: proof.toString('base64url', HASH_OFFSET) }
    },

    open(kind, value) {
      if (value.length > MAX_VALUE || !SHAPE[kind].test(value)) return undefined
      const dot = value.indexOf('.')
      const id = value.slice(0, dot)
      const secret = Buffer.from(value.slice(dot + 1), 'base64url')
      // Reject other base64url spellings of the same bytes, so that a credential has one value.
      if (secret.toString('base64url') !== value.slice(dot + 1)) return undefined
      const random = secret.subarray(0, -MAC_BYTES)
      const mac = secret.subarray(-MAC_BYTES)
      for (const key of credentialKeys) {
        const proof = computeMac(key, kind, id, random)
        if (!timingSafeEqual(proof.subarray(0, MAC_BYTES), mac)) continue
        const generation = kind === 'remember_me' ? random.readUInt32BE(RANDOM_BYTES) : 0
        return { kind, id, generation, hash: proof.toString('base64url', HASH_OFFSET) }
      }
      return undefined
    },

    seal(purpose, context, text) {
      const [key] = keysFor(SEAL_KEY_PREFIX + purpose)
      if (key === undefined) throw new TypeError('LATCHKEY_SECRET: at least one secret is required')
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.of(SEAL_FORMAT), nonce, body, cipher.getAuthTag()]).toString('base64url')
    },

    unseal(purpose, context, sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length < 1 + NONCE_BYTES + TAG_BYTES || bytes[0] !== SEAL_FORMAT || bytes.toString('base64url') !== sealed) return undefined
      if (bytes.toString('base64url') !== sealed) return undefined
      const nonce = bytes.subarray(1, 1 + NONCE_BYTES)
      for (const key of keysFor(SEAL_KEY_PREFIX + purpose)) {
        const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES))
        try {
          return decipher.update(bytes.subarray(1 + NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
        } catch {
          // Sealed with another key, or altered: try the next key.
        }
      }
      return undefined
    },

    digest(purpose, text) {
      const [key] = keysFor(DIGEST_KEY_PREFIX + purpose)
      if (key === undefined) throw new TypeError('LATCHKEY_SECRET: at least one secret is required')
      return createHmac('sha256', key).update(text).digest('base64url')
    },

    digests(purpose, text) {
      return keysFor(DIGEST_KEY_PREFIX + purpose).map((key) => createHmac('sha256', key).update(text).digest('base64url'))
    },
  }
}

/** Ids are typed on command lines, where a leading hyphen would make them an option. */
function generateId(): string {
  for (;;) {
    const id = randomBytes(ID_BYTES).toString('base64url')
    if (!id.startsWith('-')) return id
  }
}

function computeMac(key: KeyObject, kind: CredentialKind, id: string, random: Buffer): Buffer {
  return createHmac('sha512', key).update(`${CREDENTIAL_MAC_LABELS[kind]}.${id}.`).update(random).digest()
}

function withGeneration(random: Buffer, generation: number): Buffer {
  const both = Buffer.alloc(RANDOM_BYTES + GENERATION_BYTES)
  random.copy(both)
  both.writeUInt32BE(generation, RANDOM_BYTES)
  return both
}
