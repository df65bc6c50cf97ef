// Sample records for tests of stores: each has a unique id, and default values that `overrides` replaces.

import type { AuditEvent } from '../domain/audit-event.ts'
import type { RememberMeRecord, SessionRecord } from '../domain/credential.ts'
import type { KeyRingRecord, SigningKeyRecord } from '../domain/key-ring.ts'
import { DAY } from '../domain/time.ts'
import type { UserRecord } from '../domain/user.ts'

/** The time of the samples. Stores have no clock, so any time will do. */
export const T0 = 1_800_000_000_000

let idCount = 0

function uniqueId(prefix: string): string {
  idCount += 1
  return `${prefix}${String(idCount).padStart(22 - prefix.length, '0')}`
}

export function makeUser(overrides: Partial<UserRecord> = {}): UserRecord {
  const id = uniqueId('usr_')
  return {
    id,
    username: `Name ${id}`,
    usernameKey: `name ${id}`,
    email: null,
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
    roles: ['user'],
    disabled: false,
    createdAt: T0,
    version: 1,
    ...overrides,
  }
}

export function makeSession(overrides: Partial<SessionRecord> = {}): SessionRecord {
  const id = overrides.id ?? uniqueId('s')
  return {
    kind: 'session',
    id,
    userId: 'usr_sample',
    username: 'Sample',
    lineage: id,
    hash: `hash of ${id}`,
    version: 1,
    startedAt: T0,
    lastSeenAt: T0,
    expiresAt: T0 + DAY,
    authTime: T0,
    ip: '192.0.2.7',
    userAgent: 'Mozilla/5.0 (sample)',
    startedBy: null,
    roles: ['user'],
    amr: ['pwd'],
    delivery: 'cookie',
    confirmsRotationOf: null,
    data: '{"theme":"dark"}',
    dataVersion: 1,
    ...overrides,
  }
}

export function makeRememberMe(overrides: Partial<RememberMeRecord> = {}): RememberMeRecord {
  const id = overrides.id ?? uniqueId('r')
  return {
    kind: 'remember_me',
    id,
    userId: 'usr_sample',
    username: 'Sample',
    lineage: id,
    hash: `hash of ${id}`,
    version: 1,
    startedAt: T0,
    lastSeenAt: T0,
    expiresAt: T0 + 30 * DAY,
    authTime: T0,
    ip: '192.0.2.7',
    userAgent: 'Mozilla/5.0 (sample)',
    generation: 1,
    previousHash: null,
    rotatedAt: T0,
    rotatedSessionId: null,
    rotatedSessionUsed: false,
    ...overrides,
  }
}

export function makeAuditEvent(overrides: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id: uniqueId('o'),
    userId: 'usr_sample',
    at: T0,
    action: 'login.password',
    outcome: 'success',
    severity: 'info',
    sessionId: null,
    ip: '192.0.2.7',
    userAgent: 'Mozilla/5.0 (sample)',
    detail: { reason: 'sample', counts: [1, 2, { deep: null }] },
    ...overrides,
  }
}

export function makeKeyRing(version: number): KeyRingRecord {
  return { version, signing: makeSigningKey(), next: makeSigningKey(), retired: [makeSigningKey()], services: [], rotatedAt: T0 }
}

function makeSigningKey(): SigningKeyRecord {
  const kid = uniqueId('k')
  return { kid, createdAt: T0, publicKey: `public half of ${kid}`, sealedPrivateKey: `sealed half of ${kid}`, retiredAt: null }
}
