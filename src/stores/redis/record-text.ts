// Credentials and tombstones as texts. What scripts compare stands in front, separated by blanks; the rest is a JSON list
// without names, because there is one such text for every session.
//
//   live       L<version> <lastSeenAt> <expiresAt> <kind> <hash> <JSON list>
//   tombstone  T<kind> <expiresAt> <reason> <endedAt> <hash>

import type { CredentialRecord, RememberedRecord, SessionRecord, Tombstone } from '../../domain/credential.ts'
import type { EndReason } from '../../domain/ending.ts'
import { StoreError } from '../../domain/errors.ts'

const KINDS = { s: 'session', r: 'remembered' } as const
const LIVE = /^L(\d+) (\d+) (\d+) ([sr]) (\S*) (.*)$/s
const TOMBSTONE = /^T([sr]) (\d+) (\w+) (\d+) (\S*)$/

/** What both kinds have; times as distances from the absolute limit, a root of its own lineage as 0. */
type Common = [userCode: string, username: string, lineage: string | 0, age: number, sinceAuth: number, ip: string, device: string]
type OfSession = [
  startedBy: SessionRecord['startedBy'],
  roles: SessionRecord['roles'],
  amr: SessionRecord['amr'],
  delivery: SessionRecord['delivery'],
  awaitingFirstUseFor: SessionRecord['awaitingFirstUseFor'],
  data: string,
  dataVersion: number,
]
type OfRemembered = [generation: number, previousHash: string | null, sinceRotation: number, bornSession: string | null, used: boolean]

export function textOf(record: CredentialRecord): string {
  const { id, version, lastSeenAt, expiresAt, kind, hash, userCode, username, lineage, startedAt, authTime, ip, device } = record
  const common: Common = [userCode, username, lineage === id ? 0 : lineage, expiresAt - startedAt, expiresAt - authTime, ip, device]
  const rest = record.kind === 'session' ? restOfSession(record) : restOfRemembered(record)
  const front = `L${version} ${lastSeenAt} ${expiresAt} ${letterOf(kind)} ${encodeURIComponent(hash)}`
  return `${front} ${JSON.stringify([...common, ...rest])}`
}

export function tombstoneTextOf({ was, expiresAt, reason, endedAt, hash }: Tombstone): string {
  return `T${letterOf(was)} ${expiresAt} ${reason} ${endedAt} ${encodeURIComponent(hash)}`
}

/** @throws StoreError when the text is damaged */
export function credentialOf(id: string, text: string): CredentialRecord | Tombstone {
  return text.startsWith('T') ? tombstoneOf(id, text) : liveOf(id, text)
}

function tombstoneOf(id: string, text: string): Tombstone {
  const [, kind, expiresAt, reason, endedAt, hash = ''] = TOMBSTONE.exec(text) ?? damaged()
  return {
    kind: 'tombstone',
    was: KINDS[kind as 's' | 'r'],
    id,
    hash: decodeURIComponent(hash),
    reason: reason as EndReason,
    endedAt: Number(endedAt),
    expiresAt: Number(expiresAt),
  }
}

/** @throws StoreError when the text is damaged */
export function liveOf(id: string, text: string): CredentialRecord {
  const [, version, lastSeenAt, limit, kind, hash = '', json = ''] = LIVE.exec(text) ?? damaged()
  const expiresAt = Number(limit)
  const list = parse(json)
  const [userCode, username, lineage, age, sinceAuth, ip, device, ...rest] = list as [...Common, ...unknown[]]
  const common = {
    id,
    userCode,
    username,
    lineage: lineage === 0 ? id : lineage,
    hash: decodeURIComponent(hash),
    version: Number(version),
    startedAt: expiresAt - age,
    lastSeenAt: Number(lastSeenAt),
    expiresAt,
    authTime: expiresAt - sinceAuth,
    ip,
    device,
  }
  if (kind === 's') {
    const [startedBy, roles, amr, delivery, awaitingFirstUseFor, data, dataVersion] = rest as OfSession
    return { kind: 'session', ...common, startedBy, roles, amr, delivery, awaitingFirstUseFor, data, dataVersion }
  }
  const [generation, previousHash, sinceRotation, bornSession, bornSessionUsed] = rest as OfRemembered
  return { kind: 'remembered', ...common, generation, previousHash, rotatedAt: expiresAt - sinceRotation, bornSession, bornSessionUsed }
}

function restOfSession({ startedBy, roles, amr, delivery, awaitingFirstUseFor, data, dataVersion }: SessionRecord): OfSession {
  return [startedBy, roles, amr, delivery, awaitingFirstUseFor, data, dataVersion]
}

function restOfRemembered({
  generation,
  previousHash,
  expiresAt,
  rotatedAt,
  bornSession,
  bornSessionUsed,
}: RememberedRecord): OfRemembered {
  return [generation, previousHash, expiresAt - rotatedAt, bornSession, bornSessionUsed]
}

function letterOf(kind: CredentialRecord['kind']): 's' | 'r' {
  return kind === 'session' ? 's' : 'r'
}

function parse(json: string): readonly unknown[] {
  try {
    return JSON.parse(json) as readonly unknown[]
  } catch {
    return damaged()
  }
}

function damaged(): never {
  throw new StoreError('A record in Redis is damaged.')
}
