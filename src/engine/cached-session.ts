// One entry of the credential cache, stored compactly because a process holds very many: a single object of small integers, which take no
// memory of their own in V8. Times are milliseconds since a recent epoch, so that they are small.

import type { SessionRecord } from '../domain/credential.ts'
import { type DevicePolicy, validWithoutProofUntil } from '../domain/device-binding.ts'
import { userAgentFamily } from '../domain/risk.ts'
import { DAY } from '../domain/time.ts'
import { type InternedClaims, internClaims } from './interned-claims.ts'
import type { Principal, SessionView } from './principal.ts'

/** A point in time, in milliseconds since 1970, from which the times of many sessions are counted. */
export interface Epoch {
  readonly at: number
}

/** One epoch per day: more would cost memory, and times far from the epoch are no longer small integers. */
export function currentEpoch(epoch: Epoch | undefined, now: number): Epoch {
  return epoch !== undefined && Math.abs(now - epoch.at) < DAY ? epoch : { at: now }
}

const NO_CLAIMS: InternedClaims = { roles: [], amr: [] }

/** The device proof that must accompany the credential, and until when it is valid; no proof when the session is not bound yet. */
export interface AcceptedDeviceProof {
  readonly proof: string | undefined
  /** Milliseconds since 1970. */
  readonly validUntil: number
}

const INVALIDATED = 1
const DIRTY = 2
/** The position of the User-Agent family in the flags. */
const USER_AGENT_FAMILY_SHIFT = 8

/** Shared by every credential of the session. All times are in milliseconds since 1970 on the outside. */
export class CachedSession {
  readonly sid: string
  /** The secret of the session credential, once verified. */
  secret: string | undefined = undefined
  /** Undefined when the credential needs no device proof as long as it is valid. */
  acceptedProof: AcceptedDeviceProof | undefined = undefined
  #flags = 0
  readonly #epoch: Epoch
  #lastSeen: number
  #flushedSeen: number
  #userId = ''
  /** Undefined until the record was read: a token contains less. */
  #username: string | undefined = undefined
  #claims = NO_CLAIMS
  #startedBy: string | null = null
  #authenticated = 0
  #started = 0
  #expires = 0

  constructor(sid: string, lastSeenAt: number, epoch: Epoch) {
    this.sid = sid
    this.#epoch = epoch
    this.#lastSeen = toSmallInteger(lastSeenAt - epoch.at)
    this.#flushedSeen = this.#lastSeen
  }

  /** True when the session was revoked or changed: references to this entry must not be used any more. */
  get invalidated(): boolean {
    return (this.#flags & INVALIDATED) !== 0
  }

  invalidate(): void {
    this.#flags |= INVALIDATED
  }

  /** True while a use is waiting to be flushed to the store. */
  get dirty(): boolean {
    return (this.#flags & DIRTY) !== 0
  }

  /** The User-Agent family that it was issued to; 0 until the record was read, and when it is unknown. */
  get userAgentFamily(): number {
    return this.#flags >> USER_AGENT_FAMILY_SHIFT
  }

  set dirty(dirty: boolean) {
    this.#flags = dirty ? this.#flags | DIRTY : this.#flags & ~DIRTY
  }

  get lastSeenAt(): number {
    return this.#epoch.at + this.#lastSeen
  }

  set lastSeenAt(at: number) {
    this.#lastSeen = toSmallInteger(at - this.#epoch.at)
  }

  /** The latest use that the store knows too. */
  get flushedSeenAt(): number {
    return this.#epoch.at + this.#flushedSeen
  }

  set flushedSeenAt(at: number) {
    this.#flushedSeen = toSmallInteger(at - this.#epoch.at)
  }

  /** The absolute timeout; set once the record was read. */
  get expiresAt(): number {
    return this.#epoch.at + this.#expires
  }

  /** Updates the entry from the record. An accepted device proof stays valid. */
  update(record: SessionRecord, policy: DevicePolicy): void {
    const { at } = this.#epoch
    this.#userId = record.userId
    this.#username = record.username
    this.#claims = internClaims(record.roles, record.amr)
    this.#startedBy = record.startedBy
    this.#flags = (this.#flags & ((1 << USER_AGENT_FAMILY_SHIFT) - 1)) | (userAgentFamily(record.userAgent) << USER_AGENT_FAMILY_SHIFT)
    const validUntil = validWithoutProofUntil(record, policy)
    if (this.acceptedProof?.proof === undefined)
      this.acceptedProof = validUntil === Number.POSITIVE_INFINITY ? undefined : { proof: undefined, validUntil }
    this.#authenticated = toSmallInteger(record.authTime - at)
    this.#started = toSmallInteger(record.startedAt - at)
    this.#expires = toSmallInteger(record.expiresAt - at)
  }

  /** The session view; undefined until the record was read. */
  get view(): SessionView | undefined {
    if (this.#username === undefined) return undefined
    const { at } = this.#epoch
    return {
      id: this.sid,
      username: this.#username,
      roles: this.#claims.roles,
      startedAt: at + this.#started,
      lastSeenAt: at + this.#lastSeen,
      expiresAt: at + this.#expires,
      startedBy: this.#startedBy,
    }
  }

  /** The principal of the session credential; valid once the record was read. */
  get principal(): Principal {
    const { roles, amr } = this.#claims
    return { userId: this.#userId, roles, sid: this.sid, amr, authTime: this.#epoch.at + this.#authenticated }
  }
}

/** Returns the same number as a small integer: the difference of two heap numbers stays a heap number, even when it would fit. */
function toSmallInteger(number: number): number {
  const integer = number | 0
  return integer === number ? integer : number
}
