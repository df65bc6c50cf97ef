// Credentials in Redis with their indexes: by user, by lineage, and by the times at which they expire or become idle.

import type { CredentialRecord, Tombstone } from '../../domain/credential.ts'
import { REDIS_TIME_INDEXES } from '../../domain/persisted-names.ts'
import type { RevocationReason } from '../../domain/revocation.ts'
import type { RevocationFilter } from '../../ports/store.ts'
import type { Connection } from './connection.ts'
import { CredentialRecords, type ReversibleRevocation } from './credential-records.ts'
import type { Keys } from './keys.ts'
import { SecondaryIndex } from './secondary-index.ts'
import { type Removal, TimeIndex } from './time-index.ts'

export interface Revocation {
  readonly where: RevocationFilter
  readonly reason: RevocationReason
  readonly at: number
}

export interface RevocationResult {
  readonly where: RevocationFilter
  readonly revoked: readonly ReversibleRevocation[]
  /** Tombstones that are older and still indexed: their process may have crashed before it appended them to the log. */
  readonly unlogged: readonly Tombstone[]
}

/** A write appends its revocations to the log within this time, in milliseconds, or not at all. */
const LOG_GRACE_MS = 10_000

type Pair = readonly [key: string, id: string]

export class IndexedCredentialStore {
  readonly records: CredentialRecords
  readonly #index: SecondaryIndex
  /** Live sessions, by their `lastSeenAt` when they were indexed. */
  readonly #byLastSeen: TimeIndex
  /** Live credentials, by `expiresAt`. */
  readonly #byExpiry: TimeIndex
  /** Tombstones, by `expiresAt`. */
  readonly #tombstonesByExpiry: TimeIndex

  constructor(connection: Connection, keys: Keys) {
    this.records = new CredentialRecords(connection, keys)
    this.#index = new SecondaryIndex(connection, keys)
    this.#byLastSeen = new TimeIndex(connection, keys, REDIS_TIME_INDEXES.lastSeen)
    this.#byExpiry = new TimeIndex(connection, keys, REDIS_TIME_INDEXES.expiries)
    this.#tombstonesByExpiry = new TimeIndex(connection, keys, REDIS_TIME_INDEXES.tombstones)
  }

  /** The record is inserted last, so that a revocation by user or lineage finds every record through the indexes. */
  async insert(record: CredentialRecord): Promise<boolean> {
    await Promise.all([this.#index.add(record), this.#indexByTime(record)])
    return this.records.insert(record)
  }

  /** Returns the previous record; undefined when no live record has the version. */
  async replace(next: CredentialRecord, ifVersion: number): Promise<CredentialRecord | undefined> {
    const before = await this.records.replace(next, ifVersion)
    if (before === undefined) return undefined
    if (before.userId !== next.userId || before.lineage !== next.lineage) await this.#index.add(next)
    if (before.expiresAt !== next.expiresAt) await this.#byExpiry.add([next.id], next.expiresAt)
    return before
  }

  async insertTombstone(tombstone: Tombstone): Promise<boolean> {
    await this.#tombstonesByExpiry.add([tombstone.id], tombstone.expiresAt)
    return this.records.insertTombstone(tombstone)
  }

  /** Revokes all matching credentials, and repeats until none matches: the next round finds what was inserted meanwhile. */
  async revoke(revocation: Revocation, excludedIds: ReadonlySet<string>): Promise<RevocationResult> {
    const { where, reason, at } = revocation
    const revoked: ReversibleRevocation[] = []
    const unlogged: Tombstone[] = []
    const checkedIds = new Set(excludedIds)
    for (;;) {
      const ids = (await this.#candidates(where)).filter((id) => !checkedIds.has(id))
      const found = await Promise.all(
        ids.map((id) => this.records.revoke(id, reason, at, 'unusedSince' in where ? where.unusedSince : undefined)),
      )
      const results = found.filter((one) => one !== undefined)
      for (const { id } of results) checkedIds.add(id)
      revoked.push(...results.filter(isReversibleRevocation))
      if ('id' in where) return { where, revoked, unlogged }
      unlogged.push(...results.filter((one) => !isReversibleRevocation(one)).filter(({ endedAt }) => endedAt < at - LOG_GRACE_MS))
      if (!results.some(isReversibleRevocation)) return { where, revoked, unlogged }
    }
  }

  /** Removes revoked credentials from the indexes, once they are in the log. Entries that remain after a failure do no harm. Never rejects. */
  async removeFromIndex({ where, revoked, unlogged }: RevocationResult): Promise<void> {
    const ofUsers: Pair[] = revoked.map(({ userId, id }) => [userId, id])
    const ofLineages: Pair[] = revoked.filter(({ id, lineage }) => id !== lineage).map(({ lineage, id }) => [lineage, id])
    if ('userId' in where) ofUsers.push(...unlogged.map(({ id }): Pair => [where.userId, id]))
    if ('lineage' in where) ofLineages.push(...unlogged.map(({ id }): Pair => [where.lineage, id]))
    await Promise.allSettled([
      ...groupIds(ofUsers).map(([userId, ids]) => this.#index.removeFromUser(userId, ids)),
      ...groupIds(ofLineages).map(([lineage, ids]) => this.#index.removeFromLineage(lineage, ids)),
    ])
  }

  /** Undoes a revocation that is not in the log. A concurrent scan may have removed it from the time indexes, so it is indexed again. */
  async undoRevocation(revoked: ReversibleRevocation): Promise<void> {
    await this.#indexByTime(revoked.before)
    await this.records.undoRevocation(revoked)
  }

  /** Returns records and tombstones that may match. */
  async find(where: RevocationFilter): Promise<readonly (CredentialRecord | Tombstone)[]> {
    const found = await this.#findAll(await this.#candidates(where))
    return found.filter((one) => one !== undefined)
  }

  /** Returns the live credentials that match. */
  async findLiveMatching(where: RevocationFilter, excludedIds: ReadonlySet<string>): Promise<readonly CredentialRecord[]> {
    const ids = await this.#candidates(where)
    return this.#findLive(ids.filter((id) => !excludedIds.has(id)))
  }

  async listByUser(userId: string): Promise<readonly CredentialRecord[]> {
    const ids = await this.#index.idsOfUser(userId)
    const live = await this.#findLive(ids)
    return live.filter((record) => record.userId === userId).sort((a, b) => b.lastSeenAt - a.lastSeenAt)
  }

  async listExpired(now: number, idleSince: number, limit: number): Promise<readonly CredentialRecord[]> {
    const expired = new Map<string, CredentialRecord>()
    const take = (records: readonly CredentialRecord[]) => {
      for (const record of records) if (expired.size < limit) expired.set(record.id, record)
      return expired.size >= limit
    }
    await this.#byExpiry.scan(now, async (ids) => {
      const found = await this.#findAll(ids)
      const removals = ids.flatMap((id, index): Removal[] => {
        const one = found[index]
        if (isLive(one)) return []
        return one === undefined ? [{ id }] : [{ id, next: { index: this.#tombstonesByExpiry, at: one.expiresAt } }]
      })
      return { removals, isEnough: take(found.filter(isLive).filter(({ expiresAt }) => expiresAt <= now)) }
    })
    if (expired.size >= limit) return [...expired.values()]
    await this.#byLastSeen.scan(idleSince, async (ids, isInBucket) => {
      const found = await this.#findAll(ids)
      const removals = ids.flatMap((id, index): Removal[] => {
        const one = found[index]
        if (!isLive(one)) return [{ id }]
        // A session used since then moves to the bucket of its last use.
        const isUsed = one.lastSeenAt > idleSince && !isInBucket(one.lastSeenAt)
        return isUsed ? [{ id, next: { index: this.#byLastSeen, at: one.lastSeenAt } }] : []
      })
      return { removals, isEnough: take(found.filter(isLive).filter(({ lastSeenAt }) => lastSeenAt <= idleSince)) }
    })
    return [...expired.values()]
  }

  async deleteExpired(before: number, limit: number): Promise<number> {
    let deleted = 0
    for (const timeIndex of [this.#tombstonesByExpiry, this.#byExpiry]) {
      await timeIndex.scan(before, async (ids) => {
        const taken = ids.slice(0, limit - deleted)
        const results = await Promise.all(taken.map((id) => this.records.deleteExpired(id, before)))
        const left = await this.#findAll(taken)
        deleted += results.filter(Boolean).length
        return { removals: taken.filter((_, index) => left[index] === undefined).map((id) => ({ id })), isEnough: deleted >= limit }
      })
      if (deleted >= limit) break
    }
    return deleted
  }

  async #indexByTime({ id, kind, lastSeenAt, expiresAt }: CredentialRecord): Promise<void> {
    await Promise.all([this.#byExpiry.add([id], expiresAt), ...(kind === 'session' ? [this.#byLastSeen.add([id], lastSeenAt)] : [])])
  }

  async #candidates(where: RevocationFilter): Promise<readonly string[]> {
    if ('lineage' in where) return this.#index.idsOfLineage(where.lineage)
    if ('userId' in where) {
      const ids = await this.#index.idsOfUser(where.userId)
      return ids.filter((id) => !where.except.includes(id))
    }
    return [where.id]
  }

  async #findLive(ids: readonly string[]): Promise<readonly CredentialRecord[]> {
    return (await this.#findAll(ids)).filter(isLive)
  }

  async #findAll(ids: readonly string[]): Promise<readonly Found[]> {
    return Promise.all(ids.map((id) => this.records.find(id)))
  }
}

function isReversibleRevocation(one: ReversibleRevocation | Tombstone): one is ReversibleRevocation {
  return 'before' in one
}

function groupIds(pairs: readonly Pair[]): readonly (readonly [string, readonly string[]])[] {
  return [...Map.groupBy(pairs, ([key]) => key)].map(([key, group]) => [key, group.map(([, id]) => id)])
}

type Found = CredentialRecord | Tombstone | undefined

function isLive(found: Found): found is CredentialRecord {
  return found !== undefined && found.kind !== 'tombstone'
}
