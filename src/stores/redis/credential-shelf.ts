// Credentials with all that finds them again: by user, by lineage, by the time at which they are to be looked at.

import type { CredentialRecord, Tombstone } from '../../domain/credential.ts'
import type { EndReason } from '../../domain/ending.ts'
import { REDIS_CALENDARS } from '../../domain/persisted-names.ts'
import type { EndWhere } from '../../ports/store.ts'
import { Calendar, type Done } from './calendar.ts'
import type { Connection } from './connection.ts'
import { type Claim, CredentialKeys } from './credential-keys.ts'
import { Hints } from './hints.ts'
import type { Keys } from './keys.ts'

export interface Ending {
  readonly where: EndWhere
  readonly reason: EndReason
  readonly at: number
}

export interface EndedHere {
  readonly where: EndWhere
  readonly claims: readonly Claim[]
  /** Had ended a while ago, and a hint still leads there: whoever ended it may have been killed before anybody heard. */
  readonly untold: readonly Tombstone[]
}

/** Milliseconds after which nobody is still about to tell of an ending. */
const TOLD_WITHIN = 10_000

type Pair = readonly [of: string, id: string]

export class CredentialShelf {
  readonly records: CredentialKeys
  readonly #hints: Hints
  /** Live sessions, by the time at which they were seen when they were noted. */
  readonly #uses: Calendar
  /** Live credentials, by their limit. */
  readonly #limits: Calendar
  /** Tombstones, by the limit they would have had. */
  readonly #graves: Calendar

  constructor(connection: Connection, keys: Keys) {
    this.records = new CredentialKeys(connection, keys)
    this.#hints = new Hints(connection, keys)
    this.#uses = new Calendar(connection, keys, REDIS_CALENDARS.uses)
    this.#limits = new Calendar(connection, keys, REDIS_CALENDARS.expiries)
    this.#graves = new Calendar(connection, keys, REDIS_CALENDARS.tombstones)
  }

  /** Whoever ends a user's or a lineage's credentials finds what is here: the record comes last. */
  async insert(record: CredentialRecord): Promise<boolean> {
    await Promise.all([this.#hints.add(record), this.#noteLive(record)])
    return this.records.insert(record)
  }

  /** The record that was replaced; undefined where no live one had the version. */
  async replace(next: CredentialRecord, ifVersion: number): Promise<CredentialRecord | undefined> {
    const before = await this.records.replace(next, ifVersion)
    if (before === undefined) return undefined
    if (before.userId !== next.userId || before.lineage !== next.lineage) await this.#hints.add(next)
    if (before.expiresAt !== next.expiresAt) await this.#limits.note([next.id], next.expiresAt)
    return before
  }

  async insertTombstone(tombstone: Tombstone): Promise<boolean> {
    await this.#graves.note([tombstone.id], tombstone.expiresAt)
    return this.records.insertTombstone(tombstone)
  }

  /** Ends what matches, again and again until nothing more does: what is inserted meanwhile is found in the next round. */
  async end(ending: Ending, spared: ReadonlySet<string>): Promise<EndedHere> {
    const { where, reason, at } = ending
    const claims: Claim[] = []
    const untold: Tombstone[] = []
    const looked = new Set(spared)
    for (;;) {
      const ids = (await this.#candidates(where)).filter((id) => !looked.has(id))
      const ended = await Promise.all(
        ids.map((id) => this.records.end(id, reason, at, 'notSeenSince' in where ? where.notSeenSince : undefined)),
      )
      const these = ended.filter((one) => one !== undefined)
      for (const { id } of these) looked.add(id)
      claims.push(...these.filter(isClaim))
      if ('id' in where) return { where, claims, untold }
      untold.push(...these.filter((one) => !isClaim(one)).filter(({ endedAt }) => endedAt < at - TOLD_WITHIN))
      if (!these.some(isClaim)) return { where, claims, untold }
    }
  }

  /** Takes out of the hints what has ended, when everybody was told. Where that fails, a hint too many is looked at. Never rejects. */
  async forget({ where, claims, untold }: EndedHere): Promise<void> {
    const ofUsers: Pair[] = claims.map(({ userId, id }) => [userId, id])
    const ofLineages: Pair[] = claims.filter(({ id, lineage }) => id !== lineage).map(({ lineage, id }) => [lineage, id])
    if ('userId' in where) ofUsers.push(...untold.map(({ id }): Pair => [where.userId, id]))
    if ('lineage' in where) ofLineages.push(...untold.map(({ id }): Pair => [where.lineage, id]))
    await Promise.allSettled([
      ...grouped(ofUsers).map(([userId, ids]) => this.#hints.forgetOfUser(userId, ids)),
      ...grouped(ofLineages).map(([lineage, ids]) => this.#hints.forgetOfLineage(lineage, ids)),
    ])
  }

  /** Takes an ending back that nobody was told of. Whoever has looked meanwhile has struck it off as ended. */
  async revive(claim: Claim): Promise<void> {
    await this.#noteLive(claim.before)
    await this.records.revive(claim)
  }

  /** What may match, live or ended. */
  async find(where: EndWhere): Promise<readonly (CredentialRecord | Tombstone)[]> {
    const found = await this.#findAll(await this.#candidates(where))
    return found.filter((one) => one !== undefined)
  }

  /** Live credentials that match, as they are now. */
  async matching(where: EndWhere, spared: ReadonlySet<string>): Promise<readonly CredentialRecord[]> {
    const ids = await this.#candidates(where)
    return this.#findLive(ids.filter((id) => !spared.has(id)))
  }

  async listByUser(userId: string): Promise<readonly CredentialRecord[]> {
    const ids = await this.#hints.ofUser(userId)
    const live = await this.#findLive(ids)
    return live.filter((record) => record.userId === userId).sort((a, b) => b.lastSeenAt - a.lastSeenAt)
  }

  async listLapsed(now: number, idleSince: number, limit: number): Promise<readonly CredentialRecord[]> {
    const lapsed = new Map<string, CredentialRecord>()
    const take = (records: readonly CredentialRecord[]) => {
      for (const record of records) if (lapsed.size < limit) lapsed.set(record.id, record)
      return lapsed.size >= limit
    }
    await this.#limits.look(now, async (ids) => {
      const found = await this.#findAll(ids)
      const done = ids.flatMap((id, index): Done[] => {
        const one = found[index]
        if (isLive(one)) return []
        return one === undefined ? [{ id }] : [{ id, next: { calendar: this.#graves, at: one.expiresAt } }]
      })
      return { done, enough: take(found.filter(isLive).filter(({ expiresAt }) => expiresAt <= now)) }
    })
    if (lapsed.size >= limit) return [...lapsed.values()]
    await this.#uses.look(idleSince, async (ids, isHere) => {
      const found = await this.#findAll(ids)
      const done = ids.flatMap((id, index): Done[] => {
        const one = found[index]
        if (!isLive(one)) return [{ id }]
        // What has been in use is looked at again when that is as long ago.
        const isUsed = one.lastSeenAt > idleSince && !isHere(one.lastSeenAt)
        return isUsed ? [{ id, next: { calendar: this.#uses, at: one.lastSeenAt } }] : []
      })
      return { done, enough: take(found.filter(isLive).filter(({ lastSeenAt }) => lastSeenAt <= idleSince)) }
    })
    return [...lapsed.values()]
  }

  async deleteExpired(before: number, limit: number): Promise<number> {
    let deleted = 0
    for (const calendar of [this.#graves, this.#limits]) {
      await calendar.look(before, async (ids) => {
        const taken = ids.slice(0, limit - deleted)
        const gone = await Promise.all(taken.map((id) => this.records.deleteExpired(id, before)))
        const left = await this.#findAll(taken)
        deleted += gone.filter(Boolean).length
        return { done: taken.filter((_, index) => left[index] === undefined).map((id) => ({ id })), enough: deleted >= limit }
      })
      if (deleted >= limit) break
    }
    return deleted
  }

  async #noteLive({ id, kind, lastSeenAt, expiresAt }: CredentialRecord): Promise<void> {
    await Promise.all([this.#limits.note([id], expiresAt), ...(kind === 'session' ? [this.#uses.note([id], lastSeenAt)] : [])])
  }

  async #candidates(where: EndWhere): Promise<readonly string[]> {
    if ('lineage' in where) return this.#hints.ofLineage(where.lineage)
    if ('userId' in where) {
      const ids = await this.#hints.ofUser(where.userId)
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

function isClaim(one: Claim | Tombstone): one is Claim {
  return 'before' in one
}

function grouped(pairs: readonly Pair[]): readonly (readonly [string, readonly string[]])[] {
  return [...Map.groupBy(pairs, ([of]) => of)].map(([of, those]) => [of, those.map(([, id]) => id)])
}

type Found = CredentialRecord | Tombstone | undefined

function isLive(found: Found): found is CredentialRecord {
  return found !== undefined && found.kind !== 'tombstone'
}
