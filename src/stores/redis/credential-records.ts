// Credentials and tombstones in Redis: one record, one key, with an expiry of its own, changed by scripts that compare first.

import type { CredentialRecord, Tombstone } from '../../domain/credential.ts'
import type { RevocationReason } from '../../domain/revocation.ts'
import type { LastSeenUpdate, RevokedCredential } from '../../ports/store.ts'
import { type Connection, script } from './connection.ts'
import type { Keys } from './keys.ts'
import { decodeCredential, decodeLiveCredential, decodeTombstone, encodeCredential, encodeTombstone } from './record-codec.ts'

/**
 * A record outlives its limit by this much, in milliseconds: who asks learns why it ended, and the janitor deletes it a day
 * later. The expiry is the net below that, by the clock of Redis and never sooner than this after the writing.
 */
const RETENTION_MS = 25 * 60 * 60 * 1000

const EXPIRY = `
  local function expiry(limit)
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    return string.format('%.0f', math.max(tonumber(limit), now) + ${RETENTION_MS})
  end`

const LIVE_PREFIX = `'^L(%d+) (%d+) (%d+) ([sr]) (%S*) '`

/** Text, limit. True where there was nothing. */
const INSERT = script(`${EXPIRY}
  return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PXAT', expiry(ARGV[2])) and 1 or 0`)

/** Text, limit, version that must be there, its own seen time. The text that was there, or nothing where it was not. */
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
 * Reason, time, and where it is not empty the seen time that spares. The live text that was there, or the tombstone's: whoever
 * meets one relies on it, so it cannot be put back any more. Nothing where there is neither, or the live one is spared.
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

/** Tombstone's text. True where a live record was there, which it now replaces. */
const REPLACE_WITH_TOMBSTONE = script(`
  local text = redis.call('GET', KEYS[1])
  if not text or text:sub(1, 1) ~= 'L' then return 0 end
  redis.call('SET', KEYS[1], ARGV[1], 'KEEPTTL')
  return 1`)

/** The text as it must be, and the one to put back. */
const UNDO_REVOCATION = script(`
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
  return 1`)

/** Time. */
const TOUCH = script(`
  local text = redis.call('GET', KEYS[1])
  local version, seen = (text or ''):match('^L(%d+) (%d+) ')
  if version and tonumber(seen) < tonumber(ARGV[1]) then
    redis.call('SET', KEYS[1], (text:gsub('^(L%d+) %d+ ', '%1 ' .. ARGV[1] .. ' ', 1)), 'KEEPTTL')
  end`)

/** Version. Deletes a live record in this version. */
const REMOVE = script(`
  local version = (redis.call('GET', KEYS[1]) or ''):match('^L(%d+) ')
  return version == ARGV[1] and redis.call('DEL', KEYS[1]) or 0`)

/** Time before which it must have expired. True where it was deleted. */
const DELETE_EXPIRED = script(`
  local text = redis.call('GET', KEYS[1]) or ''
  local limit = text:match('^L%d+ %d+ (%d+) ') or text:match('^T[sr] (%d+) ')
  return limit and tonumber(limit) < tonumber(ARGV[1]) and redis.call('DEL', KEYS[1]) or 0`)

/** What was ended, with what is needed to take that back. */
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

  /** What was there before; undefined where no live record had the version. */
  async replace(next: CredentialRecord, ifVersion: number): Promise<CredentialRecord | undefined> {
    const { id, expiresAt, lastSeenAt } = next
    const before = await this.#connection.run(REPLACE, this.#keys.credential(id), encodeCredential(next), expiresAt, ifVersion, lastSeenAt)
    return typeof before === 'string' ? decodeLiveCredential(id, before) : undefined
  }

  /** Ends a live credential, unless it was seen after `unusedSince`. Of several who try, one gets it; the others get its tombstone. */
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

  /** Takes an ending back that nobody was told of and nobody has met. */
  async undoRevocation({ id, tombstone, before }: ReversibleRevocation): Promise<void> {
    await this.#connection.run(UNDO_REVOCATION, this.#keys.credential(id), encodeTombstone(tombstone), encodeCredential(before))
  }

  /** Puts a tombstone where a live record still is. */
  async replaceWithTombstone(tombstone: Tombstone): Promise<boolean> {
    return (await this.#connection.run(REPLACE_WITH_TOMBSTONE, this.#keys.credential(tombstone.id), encodeTombstone(tombstone))) === 1
  }

  /** Takes an insertion back. */
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
