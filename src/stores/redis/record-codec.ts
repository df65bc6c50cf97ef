// Encodes credentials and tombstones as texts. The fields that scripts compare come first, separated by spaces; the rest is a JSON
// array without field names, to save memory: there is one such text for each session.
//
//   live       L<version> <lastSeenAt> <expiresAt> <kind> <hash> <JSON array>
//   tombstone  T<kind> <expiresAt> <reason> <endedAt> <hash>, and ` !` when its revocation can no longer be undone

import type { CredentialRecord, DeviceBinding, RememberMeRecord, SessionRecord, Tombstone } from '../../domain/credential.ts'
import { StoreError } from '../../domain/errors.ts'
import type { RevocationReason } from '../../domain/revocation.ts'
import { EMPTY_DATA } from '../../domain/session-data.ts'
import { decodeUserAgent, encodeUserAgent } from './user-agent-codec.ts'

const KINDS = { s: 'session', r: 'remember_me' } as const
/** One letter for each sign-in method and each delivery. Persisted: a rename in code must not change them. */
const METHOD_LETTERS = { pwd: 'p', remembered: 'r' } as const
const DELIVERY_LETTERS = { cookie: 'c', header: 'h' } as const
const LIVE = /^L(\d+) (\d+) (\d+) ([sr]) (\S*) (.*)$/s
const TOMBSTONE = /^T([sr]) (\d+) (\w+) (\d+) (\S*)(?: !)?$/

/**
 * The fields that both kinds have. `startedAt` is stored as the distance to `expiresAt`, `authTime` as the distance to `startedAt`.
 * The most frequent value is stored as 0: a lineage that equals the id, no `startedBy`.
 */
type CommonFields = [
  userId: string,
  username: string,
  lineage: string | 0,
  lifetime: number,
  authAfterStart: number,
  ip: string,
  userAgent: string,
]
type SessionFields = [
  startedBy: string | 0,
  roles: readonly string[],
  /** The letters of the sign-in methods, then that of the delivery. */
  letters: string,
  confirmsRotationOf: string | 0,
  data?: string,
  dataVersion?: number,
  binding?: BindingFields,
]
type RememberMeFields = [
  generation: number,
  previousHash: string | null,
  sinceRotation: number,
  rotatedSessionId: string | null,
  used: boolean,
  binding?: BindingFields,
]

type BindingFields = [
  x: string,
  y: string,
  boundAt: number,
  generation: number,
  confirmedAt: number,
  challengeAt: number,
  answeredAt: number,
]

export function encodeCredential(record: CredentialRecord): string {
  const { id, version, lastSeenAt, expiresAt, kind, hash, userId, username, lineage, startedAt, authTime, ip, userAgent } = record
  const common: CommonFields = [
    userId,
    username,
    lineage === id ? 0 : lineage,
    expiresAt - startedAt,
    authTime - startedAt,
    ip,
    encodeUserAgent(userAgent),
  ]
  const rest = record.kind === 'session' ? encodeSessionFields(record) : encodeRememberMeFields(record)
  const front = `L${version} ${lastSeenAt} ${expiresAt} ${kindLetter(kind)} ${encodeURIComponent(hash)}`
  return `${front} ${JSON.stringify([...common, ...rest])}`
}

export function encodeTombstone({ was, expiresAt, reason, endedAt, hash }: Tombstone): string {
  return `T${kindLetter(was)} ${expiresAt} ${reason} ${endedAt} ${encodeURIComponent(hash)}`
}

/** @throws StoreError when the text is damaged */
export function decodeCredential(id: string, text: string): CredentialRecord | Tombstone {
  return text.startsWith('T') ? decodeTombstone(id, text) : decodeLiveCredential(id, text)
}

/** @throws StoreError when the text is damaged */
export function decodeTombstone(id: string, text: string): Tombstone {
  const [, kind, expiresAt, reason, endedAt, hash = ''] = TOMBSTONE.exec(text) ?? throwDamaged()
  return {
    kind: 'tombstone',
    was: KINDS[kind as 's' | 'r'],
    id,
    hash: decodeURIComponent(hash),
    reason: reason as RevocationReason,
    endedAt: Number(endedAt),
    expiresAt: Number(expiresAt),
  }
}

/** @throws StoreError when the text is damaged */
export function decodeLiveCredential(id: string, text: string): CredentialRecord {
  const [, version, lastSeenAt, expiry, kind, hash = '', json = ''] = LIVE.exec(text) ?? throwDamaged()
  const expiresAt = Number(expiry)
  const list = parse(json)
  const [userId, username, lineage, lifetime, authAfterStart, ip, userAgent, ...rest] = list as [...CommonFields, ...unknown[]]
  const common = {
    id,
    userId,
    username,
    lineage: lineage === 0 ? id : lineage,
    hash: decodeURIComponent(hash),
    version: Number(version),
    startedAt: expiresAt - lifetime,
    lastSeenAt: Number(lastSeenAt),
    expiresAt,
    authTime: expiresAt - lifetime + authAfterStart,
    ip,
    userAgent: decodeUserAgent(userAgent),
  }
  if (kind === 's') {
    return { kind: 'session', ...common, ...decodeSessionFields(rest as SessionFields) }
  }
  const [generation, previousHash, sinceRotation, rotatedSessionId, rotatedSessionUsed, bound] = rest as RememberMeFields
  const rotatedAt = expiresAt - sinceRotation
  return {
    kind: 'remember_me',
    ...common,
    generation,
    previousHash,
    rotatedAt,
    rotatedSessionId,
    rotatedSessionUsed,
    ...decodeBinding(bound),
  }
}

function encodeSessionFields({
  startedBy,
  roles,
  amr,
  delivery,
  confirmsRotationOf,
  data,
  dataVersion,
  binding,
}: SessionRecord): SessionFields {
  const letters = `${amr.map((method) => METHOD_LETTERS[method]).join('')}${DELIVERY_LETTERS[delivery]}`
  const common = [startedBy ?? 0, roles, letters, confirmsRotationOf ?? 0] as const
  if (binding) return [...common, data, dataVersion, encodeBinding(binding)]
  const hasDefaultData = data === EMPTY_DATA && dataVersion === 1
  return hasDefaultData ? [...common] : [...common, data, dataVersion]
}

function decodeSessionFields([startedBy, roles, letters, confirmsRotationOf, data = EMPTY_DATA, dataVersion = 1, bound]: SessionFields) {
  return {
    startedBy: startedBy || null,
    roles,
    amr: [...letters.slice(0, -1)].map((letter) => (letter === METHOD_LETTERS.pwd ? 'pwd' : 'remembered')),
    delivery: letters.endsWith(DELIVERY_LETTERS.cookie) ? 'cookie' : 'header',
    confirmsRotationOf: confirmsRotationOf || null,
    data,
    dataVersion,
    ...decodeBinding(bound),
  } as const
}

function encodeRememberMeFields({
  generation,
  previousHash,
  expiresAt,
  rotatedAt,
  rotatedSessionId,
  rotatedSessionUsed,
  binding,
}: RememberMeRecord): RememberMeFields {
  const common = [generation, previousHash, expiresAt - rotatedAt, rotatedSessionId, rotatedSessionUsed] as const
  return binding ? [...common, encodeBinding(binding)] : [...common]
}

function encodeBinding({ x, y, boundAt, generation, confirmedAt, challengeAt, answeredAt }: DeviceBinding): BindingFields {
  return [x, y, boundAt, generation, confirmedAt, challengeAt, answeredAt]
}

function decodeBinding(fields: BindingFields | undefined): { readonly binding?: DeviceBinding } {
  if (fields === undefined) return {}
  const [x, y, boundAt, generation, confirmedAt, challengeAt, answeredAt] = fields
  return { binding: { x, y, boundAt, generation, confirmedAt, challengeAt, answeredAt } }
}

function kindLetter(kind: CredentialRecord['kind']): 's' | 'r' {
  return kind === 'session' ? 's' : 'r'
}

function parse(json: string): readonly unknown[] {
  try {
    return JSON.parse(json) as readonly unknown[]
  } catch {
    return throwDamaged()
  }
}

function throwDamaged(): never {
  throw new StoreError('A record in Redis is damaged.')
}
