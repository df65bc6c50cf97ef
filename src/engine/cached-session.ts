// What a process knows of a session in use. It holds very many of these, so each is a single object without a number on the
// heap: small integers take no memory of their own, and milliseconds since an epoch of the same days are small.

import type { SessionRecord } from '../domain/credential.ts'
import { type DevicePolicy, validWithoutProofUntil } from '../domain/device-binding.ts'
import { userAgentFamily } from '../domain/risk.ts'
import { DAY } from '../domain/time.ts'
import { type InternedClaims, internClaims } from './interned-claims.ts'
import type { Principal, SessionView } from './principal.ts'

/** A moment, in milliseconds since 1970, that the times of many sessions are counted from. */
export interface Epoch {
  readonly at: number
}

/** The same epoch for a day: more would only cost memory, and times far from theirs are no small integers any more. */
export function currentEpoch(epoch: Epoch | undefined, now: number): Epoch {
  return epoch !== undefined && Math.abs(now - epoch.at) < DAY ? epoch : { at: now }
}

const NO_CLAIMS: InternedClaims = { roles: [], amr: [] }

/** What must come along with its credential, and until when that does: the device proof, or none where it is not bound yet. */
export interface AcceptedDeviceProof {
  readonly proof: string | undefined
  /** Milliseconds since 1970. */
  readonly validUntil: number
}

const INVALIDATED = 1
const DIRTY = 2
/** The bits above these. */
const USER_AGENT_FAMILY_SHIFT = 8

/** Shared by every credential that names the session. All times that go in and come out are in milliseconds since 1970. */
export class CachedSession {
  readonly sid: string
  /** The secret half of its credential, once that was verified. */
  secret: string | undefined = undefined
  /** Undefined where its credential alone does for as long as it lives. */
  acceptedProof: AcceptedDeviceProof | undefined = undefined
  #flags = 0
  readonly #epoch: Epoch
  #lastSeen: number
  #flushedSeen: number
  #userId = ''
  /** Undefined until its record was read: a token tells less of a session. */
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

  /** True when the session ended or changed: whatever still points here is worth nothing. */
  get invalidated(): boolean {
    return (this.#flags & INVALIDATED) !== 0
  }

  invalidate(): void {
    this.#flags |= INVALIDATED
  }

  /** True while a use is not yet on its way to the store. */
  get dirty(): boolean {
    return (this.#flags & DIRTY) !== 0
  }

  /** The kind of browser and system that it was issued to; 0 until its record was read, and where they are not known. */
  get userAgentFamily(): number {
    return this.#flags >> USER_AGENT_FAMILY_SHIFT
  }

  set dirty(is: boolean) {
    this.#flags = is ? this.#flags | DIRTY : this.#flags & ~DIRTY
  }

  get lastSeenAt(): number {
    return this.#epoch.at + this.#lastSeen
  }

  set lastSeenAt(at: number) {
    this.#lastSeen = toSmallInteger(at - this.#epoch.at)
  }

  /** The latest use that the store knows of too. */
  get flushedSeenAt(): number {
    return this.#epoch.at + this.#flushedSeen
  }

  set flushedSeenAt(at: number) {
    this.#flushedSeen = toSmallInteger(at - this.#epoch.at)
  }

  /** The absolute limit; known once its record was read. */
  get expiresAt(): number {
    return this.#epoch.at + this.#expires
  }

  /** Takes in what its record says. A device proof that was shown before stays good. */
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

  /** What can be told of it, where its record was read. */
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

  /** Whom its own credential stands for; known once its record was read. */
  get principal(): Principal {
    const { roles, amr } = this.#claims
    return { userId: this.#userId, roles, sid: this.sid, amr, authTime: this.#epoch.at + this.#authenticated }
  }
}

/** The same number: the difference of two large ones stays in a large one's form, although it would fit. */
function toSmallInteger(number: number): number {
  const integer = number | 0
  return integer === number ? integer : number
}
