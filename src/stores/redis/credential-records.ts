// Credentials and tombstones in Redis: one key with an expiry for each, changed by compare-and-set scripts.

import type { CredentialRecord, Tombstone } from '../../domain/credential.ts'
import type { RevocationReason } from '../../domain/revocation.ts'
import type { LastSeenUpdate, RevokedCredential } from '../../ports/store.ts'
import { type Connection, script } from './connection.ts'
import type { Keys } from './keys.ts'
import { decodeCredential, decodeLiveCredential, decodeTombstone, encodeCredential, encodeTombstone } from './record-codec.ts'

/**
 * How long a record is kept after its `expiresAt`, in milliseconds, so that the reason can still be reported. The maintenance job
 * deletes it a day later. This expiry is the fallback, by the clock of Redis, and at least this long after the last write.
 */
const RETENTION_MS = 25 * 60 * 60 * 1000

const EXPIRY = `
  local function expiry(limit)
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    return string.format('%.0f', math.max(tonumber(limit), now) + ${RETENTION_MS})
  end`

const LIVE_PREFIX = `'^L(%d+) (%d+) (%d+) ([sr]) (%S*) '`

/** Arguments: text, `expiresAt`. Returns 1 when the key did not exist. */
const INSERT = script(`${EXPIRY}
  return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PXAT', expiry(ARGV[2])) and 1 or 0`)

/** Arguments: text, `expiresAt`, expected version, `lastSeenAt` of the text. Returns the previous text, or nil when the version differs. */
const REPLACE = script(`${EXPIRY}
  local text = redis.call('GET', KEYS[1])
  if not text then return false end
  local version, seen = text:match('^L(%d+) (%d+) ')
  if version ~= ARGV[3] then return false end
  local next = ARGV[1]
  if tonumber(seen) > tonumber(ARGV[4]) then next = next:gsub('^(L%d+) %d+ ', '%1 ' .. seen .. ' ', 1) end
  redis.call('SET', KEYS[1], next, 'PXAT', expiry(ARGV[2]))
  return text`)

/**
 * Arguments: reason, time, and `unusedSince` or an empty text. Returns the previous text of a live record, or the text of a tombstone.
 * A tombstone that was returned is marked, so that its revocation can no longer be undone. Returns nil when there is neither, or when
 * the live record was seen after `unusedSince`.
 */
const REVOKE = script(`
  local text = redis.call('GET', KEYS[1])
  if not text then return false end
  if text:sub(1, 1) == 'T' then
    if text:sub(-2) ~= ' !' then redis.call('SET', KEYS[1], text .. ' !', 'KEEPTTL') end
    return text
  end
  local version, seen, limit, kind, hash = text:match(${LIVE_PREFIX})
  if not version or (ARGV[3] ~= '' and tonumber(seen) > tonumber(ARGV[3])) then return false end
  redis.call('SET', KEYS[1], 'T' .. kind .. ' ' .. limit .. ' ' .. ARGV[1] .. ' ' .. ARGV[2] .. ' ' .. hash, 'KEEPTTL')
  return text`)

/** Argument: the text of the tombstone. Returns 1 when it replaced a live record. */
const REPLACE_WITH_TOMBSTONE = script(`
  local text = redis.call('GET', KEYS[1])
  if not text or text:sub(1, 1) ~= 'L' then return 0 end
  redis.call('SET', KEYS[1], ARGV[1], 'KEEPTTL')
  return 1`)

/** Arguments: the expected text, and the one to restore. */
const UNDO_REVOCATION = script(`
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
  return 1`)

/** Argument: time. */
const TOUCH = script(`
  local text = redis.call('GET', KEYS[1])
  local version, seen = (text or ''):match('^L(%d+) (%d+) ')
  if version and tonumber(seen) < tonumber(ARGV[1]) then
    redis.call('SET', KEYS[1], (text:gsub('^(L%d+) %d+ ', '%1 ' .. ARGV[1] .. ' ', 1)), 'KEEPTTL')
  end`)

/** Argument: version. Deletes a live record with this version. */
const REMOVE = script(`
  local version = (redis.call('GET', KEYS[1]) or ''):match('^L(%d+) ')
  return version == ARGV[1] and redis.call('DEL', KEYS[1]) or 0`)

/** Argument: the time before which it must have expired. Returns 1 when it was deleted. */
const DELETE_EXPIRED = script(`
  local text = redis.call('GET', KEYS[1]) or ''
  local limit = text:match('^L%d+ %d+ (%d+) ') or text:match('^T[sr] (%d+) ')
  return limit and tonumber(limit) < tonumber(ARGV[1]) and redis.call('DEL', KEYS[1]) or 0`)

/** A revoked credential, with what is needed to undo the revocation. */
export interface ReversibleRevocation extends RevokedCredential {
  readonly lineage: string
  readonly tombstone: Tombstone
  readonly before: CredentialRecord
}

export class CredentialRecords {
  readonly #connection: Connection
  readonly #keys: Keys

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection
    this.#keys = keys
  }

  async find(id: string): Promise<CredentialRecord | Tombstone | undefined> {
    const key = this.#keys.credential(id)
    const text = await this.#connection.send(key, 'GET', key)
    return typeof text === 'string' ? decodeCredential(id, text) : undefined
  }

  async findLive(id: string): Promise<CredentialRecord | undefined> {
    const found = await this.find(id)
    return found?.kind === 'tombstone' ? undefined : found
  }

  async insert(record: CredentialRecord): Promise<boolean> {
    return (await this.#connection.run(INSERT, this.#keys.credential(record.id), encodeCredential(record), record.expiresAt)) === 1
  }

  async insertTombstone(tombstone: Tombstone): Promise<boolean> {
    const key = this.#keys.credential(tombstone.id)
    return (await this.#connection.run(INSERT, key, encodeTombstone(tombstone), tombstone.expiresAt)) === 1
  }

  /** Returns the previous record; undefined when no live record has the version. */
  async replace(next: CredentialRecord, ifVersion: number): Promise<CredentialRecord | undefined> {
    const { id, expiresAt, lastSeenAt } = next
    const before = await this.#connection.run(REPLACE, this.#keys.credential(id), encodeCredential(next), expiresAt, ifVersion, lastSeenAt)
    return typeof before === 'string' ? decodeLiveCredential(id, before) : undefined
  }

  /** Revokes a live credential, unless it was seen after `unusedSince`. Of concurrent calls one gets it, the others get its tombstone. */
  async revoke(
    id: string,
    reason: RevocationReason,
    at: number,
    unusedSince?: number,
  ): Promise<ReversibleRevocation | Tombstone | undefined> {
    const text = await this.#connection.run(REVOKE, this.#keys.credential(id), reason, at, unusedSince ?? '')
    if (typeof text !== 'string') return undefined
    if (text.startsWith('T')) return decodeTombstone(id, text)
    const before = decodeLiveCredential(id, text)
    const { kind, userId, lineage, hash, expiresAt } = before
    return {
      id,
      kind,
      userId,
      lineage,
      reason,
      before,
      tombstone: { kind: 'tombstone', was: kind, id, hash, reason, endedAt: at, expiresAt },
    }
  }

  /** Undoes a revocation that is not in the log, unless another call has met its tombstone. */
  async undoRevocation({ id, tombstone, before }: ReversibleRevocation): Promise<void> {
    await this.#connection.run(UNDO_REVOCATION, this.#keys.credential(id), encodeTombstone(tombstone), encodeCredential(before))
  }

  /** Replaces a live record with its tombstone. */
  async replaceWithTombstone(tombstone: Tombstone): Promise<boolean> {
    return (await this.#connection.run(REPLACE_WITH_TOMBSTONE, this.#keys.credential(tombstone.id), encodeTombstone(tombstone))) === 1
  }

  /** Undoes an insert. */
  async undoInsert({ id, version }: CredentialRecord): Promise<void> {
    await this.#connection.run(REMOVE, this.#keys.credential(id), version)
  }

  async touch(seen: readonly LastSeenUpdate[]): Promise<void> {
    await Promise.all(seen.map(({ id, at }) => this.#connection.run(TOUCH, this.#keys.credential(id), at)))
  }

  async deleteExpired(id: string, before: number): Promise<boolean> {
    return (await this.#connection.run(DELETE_EXPIRED, this.#keys.credential(id), before)) === 1
  }
}
