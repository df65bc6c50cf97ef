// One write over Redis and the database. They share no transaction, so everything is done in the order in which a crash in
// between does no harm, and what a refusal or a fault leaves behind is taken back:
//
//   1. Redis: what can be refused, each by comparing on its own key. Nobody is told of it yet.
//   2. The database, in one transaction: users, operations, and tombstones of what is revoked, which outlast Redis.
//   3. Redis: endings that nothing can refuse. Then the endings log, and with that everybody hears.

import type { CredentialRecord, Tombstone } from '../../domain/credential.ts'
import type { LogEntry } from '../../domain/ending.ts'
import type { Change, Store, Written } from '../../ports/store.ts'
import type { Aftermath } from './aftermath.ts'
import type { Carrier } from './carrier.ts'
import type { Claim } from './credential-keys.ts'
import type { CredentialShelf, EndedHere, Ending } from './credential-shelf.ts'
import type { EndingStream } from './ending-stream.ts'

type EndChange = Change & { readonly do: 'end credentials' }

export interface WriteParts {
  readonly shelf: CredentialShelf
  readonly database: Store
  readonly stream: EndingStream
  readonly aftermath: Aftermath
  readonly carrier: Carrier
}

/** @throws StoreError */
export async function writeToBoth(parts: WriteParts, changes: readonly Change[]): Promise<Written> {
  return new Write(parts, changes).run()
}

class Write {
  readonly #parts: WriteParts
  readonly #changes: readonly Change[]
  /** By the index of the change. */
  readonly #ended = new Map<number, EndedHere>()
  /** Credentials that must still live when everything is inserted, by the index of the change that says so. */
  readonly #held = new Map<number, string>()
  readonly #kept: Tombstone[] = []
  readonly #undo: (() => Promise<unknown>)[] = []

  constructor(parts: WriteParts, changes: readonly Change[]) {
    this.#parts = parts
    this.#changes = changes
  }

  async run(): Promise<Written> {
    const refusedAt = await this.#orTakeBack(
      async () => (await this.#claim()) ?? (await this.#stillHeld()) ?? (await this.#writeDatabase()),
    )
    if (refusedAt !== undefined) {
      await this.#orTakeBack(() => this.#takeBack())
      await this.#parts.stream.append(this.#toldAgain())
      return { landed: false, refusedAt }
    }
    try {
      for (const [index, change] of this.#unconditional()) await this.#end(index, change)
      await this.#parts.stream.append([...this.#toldAgain(), ...this.#news()])
    } catch (error) {
      void this.#parts.aftermath.settle({ decided: this.#attempted(), unsure: [], entries: this.#news() })
      throw error
    }
    await Promise.all([...this.#ended.values()].map((ended) => this.#parts.shelf.forget(ended)))
    return { landed: true, ended: this.#inOrder().flatMap(([, claims]) => claims.map(endedOf)) }
  }

  /** Whatever throws, nothing of it is left that can be taken back; and what cannot is not left untold. */
  async #orTakeBack<T>(doing: () => Promise<T>): Promise<T> {
    try {
      return await doing()
    } catch (error) {
      await this.#takeBack().catch(() => {})
      const unsure = this.#attempted().filter(({ where }) => !this.#unconditional().some(([, change]) => change.where === where))
      if (unsure.length > 0) void this.#parts.aftermath.settle({ decided: [], unsure, entries: [] })
      throw error
    }
  }

  /** What can be refused in Redis, in order. Returns the index of what was. */
  async #claim(): Promise<number | undefined> {
    for (const [index, change] of this.#changes.entries()) {
      if (!(await this.#claimOne(index, change))) return index
    }
    return undefined
  }

  async #claimOne(index: number, change: Change): Promise<boolean> {
    const { records } = this.#parts.shelf
    switch (change.do) {
      case 'insert credential':
        return this.#insert(change.record)
      case 'replace credential':
        this.#held.set(index, change.next.id)
        return this.#replace(change.next, change.ifVersion)
      case 'require credential':
        this.#held.set(index, change.id)
        return (await records.findLive(change.id)) !== undefined
      case 'end credentials':
        return change.orRefuse !== true || (await this.#end(index, change)).length > 0
      case 'keep tombstone':
        if (await this.#parts.shelf.insertTombstone(change.tombstone)) this.#kept.push(change.tombstone)
        return true
      default:
        return true
    }
  }

  async #insert(record: CredentialRecord): Promise<boolean> {
    this.#undo.push(() => this.#parts.shelf.records.remove(record))
    if (await this.#parts.shelf.insert(record)) return true
    this.#undo.pop()
    return false
  }

  async #replace(next: CredentialRecord, ifVersion: number): Promise<boolean> {
    const before = await this.#parts.shelf.replace(next, ifVersion)
    if (before !== undefined) this.#undo.push(() => this.#parts.shelf.replace(before, next.version))
    return before !== undefined
  }

  async #end(index: number, { where, reason, at }: EndChange): Promise<readonly Claim[]> {
    const spared = new Set([...this.#insertedAfter(index), ...this.#claimed().map(({ id }) => id)])
    const ended = await this.#parts.shelf.end({ where, reason, at }, spared)
    this.#ended.set(index, ended)
    this.#undo.push(() => Promise.all(ended.claims.map((claim) => this.#parts.shelf.revive(claim))))
    return ended.claims
  }

  #claimed(): readonly Claim[] {
    return [...this.#ended.values()].flatMap(({ claims }) => claims)
  }

  /**
   * Who ends a lineage ends what holds it together first, and then looks again for what was inserted meanwhile. So either
   * that is still alive after our insertions, or the other one has found them.
   */
  async #stillHeld(): Promise<number | undefined> {
    if (!this.#changes.some((change) => change.do === 'insert credential')) return undefined
    const ownEnds = new Set(this.#claimed().map(({ id }) => id))
    for (const [index, id] of this.#held) {
      if (!ownEnds.has(id) && (await this.#parts.shelf.records.findLive(id)) === undefined) return index
    }
    return undefined
  }

  async #writeDatabase(): Promise<number | undefined> {
    const indexed = [...this.#changes.entries()].filter(([, change]) => isForDatabase(change))
    const doomed = await this.#tombstonesToBe()
    const tombstones = [...this.#kept, ...this.#claimed().map(({ tombstone }) => tombstone), ...doomed]
    const changes = [...indexed.map(([, change]) => change), ...tombstones.filter(outlastsRedis).map(keeping)]
    if (changes.length === 0) return undefined
    const written = await this.#parts.database.write(changes).catch((error: unknown) => {
      // It may have landed all the same.
      if (changes.some((change) => change.do === 'keep tombstone')) void this.#parts.carrier.doubt()
      throw error
    })
    return written.landed ? undefined : indexed[written.refusedAt]?.[0]
  }

  /** Of what the third step is going to end. */
  async #tombstonesToBe(): Promise<readonly Tombstone[]> {
    const doomed = await Promise.all(
      this.#unconditional().map(async ([index, { where, reason, at }]) => {
        const records = await this.#parts.shelf.matching(where, this.#insertedAfter(index))
        return records.map((record) => buried(record, reason, at))
      }),
    )
    return doomed.flat()
  }

  /** For the endings log: what has ended, and what was to be told anyway. */
  #news(): readonly LogEntry[] {
    return this.#inOrder().flatMap(([index, claims]): readonly LogEntry[] => {
      const change = this.#changes[index]
      return change?.do === 'append entry' ? [change.entry] : claims.filter(({ kind }) => kind === 'session').map(entryOf)
    })
  }

  #toldAgain(): readonly LogEntry[] {
    const sessions = [...this.#ended.values()].flatMap(({ untold }) => untold.filter(({ was }) => was === 'session'))
    return sessions.map(({ id, endedAt, reason }): LogEntry => ({ kind: 'revoked', sid: id, at: endedAt, reason }))
  }

  /** Every ending of this write. The hints still lead to what it has ended. */
  #attempted(): readonly Ending[] {
    return this.#changes.flatMap((change) => (change.do === 'end credentials' ? [change] : []))
  }

  async #takeBack(): Promise<void> {
    let fault: unknown
    for (const step of this.#undo.toReversed()) {
      await step().catch((error: unknown) => {
        fault = error
      })
    }
    if (fault !== undefined) throw fault
  }

  #inOrder(): readonly (readonly [index: number, claims: readonly Claim[]])[] {
    return this.#changes.map((_, index) => [index, this.#ended.get(index)?.claims ?? []])
  }

  #unconditional(): readonly (readonly [index: number, change: EndChange])[] {
    return [...this.#changes.entries()].flatMap(([index, change]) =>
      change.do === 'end credentials' && change.orRefuse !== true ? [[index, change] as const] : [],
    )
  }

  /** Changes land in their order: what is inserted after an ending is not ended by it. */
  #insertedAfter(index: number): ReadonlySet<string> {
    return new Set(this.#changes.slice(index).flatMap((change) => (change.do === 'insert credential' ? [change.record.id] : [])))
  }
}

const DATABASE_CHANGES: ReadonlySet<Change['do']> = new Set([
  'insert user',
  'replace user',
  'delete user',
  'reserve name',
  'require free names',
  'require user',
  'append audit event',
  'replace key ring',
])

function isForDatabase(change: Change): boolean {
  return DATABASE_CHANGES.has(change.do)
}

/** What time has ended, time ends again: only what somebody has ended could come back to life with an older copy of Redis. */
function outlastsRedis({ reason }: Tombstone): boolean {
  return reason === 'revoked' || reason === 'theft_suspected'
}

function keeping(tombstone: Tombstone): Change {
  return { do: 'keep tombstone', tombstone }
}

function buried({ id, kind, hash, expiresAt }: CredentialRecord, reason: Tombstone['reason'], endedAt: number): Tombstone {
  return { kind: 'tombstone', was: kind, id, hash, reason, endedAt, expiresAt }
}

function endedOf({ id, kind, userId, reason }: Claim) {
  return { id, kind, userId, reason }
}

function entryOf({ id, reason, tombstone }: Claim): LogEntry {
  return { kind: 'revoked', sid: id, at: tombstone.endedAt, reason }
}
