// One write over Redis and the database. They share no transaction, so everything is done in the order in which a crash in
// between does no harm, and what a refusal or a fault leaves behind is taken back:
//
//   1. Redis: what can be refused, each by comparing on its own key. Nobody is told of it yet.
//   2. The database, in one transaction: users, operations, and tombstones of what is revoked, which outlast Redis.
//   3. Redis: endings that nothing can refuse. Then the endings log, and with that everybody hears.

import type { CredentialRecord, Tombstone } from '../../domain/credential.ts'
import type { RevocationLogEntry } from '../../domain/revocation.ts'
import type { Change, Store, WriteResult } from '../../ports/store.ts'
import type { ReversibleRevocation } from './credential-records.ts'
import type { IndexedCredentialStore, Revocation, RevocationResult } from './credential-store.ts'
import type { RevocationLogStream } from './revocation-log-stream.ts'
import type { TombstoneSync } from './tombstone-sync.ts'
import type { WriteRecovery } from './write-recovery.ts'

type RevocationChange = Change & { readonly do: 'revoke credentials' }

export interface WriteContext {
  readonly credentials: IndexedCredentialStore
  readonly database: Store
  readonly stream: RevocationLogStream
  readonly recovery: WriteRecovery
  readonly tombstoneSync: TombstoneSync
}

/** @throws StoreError */
export async function writeToBoth(context: WriteContext, changes: readonly Change[]): Promise<WriteResult> {
  return new Write(context, changes).run()
}

class Write {
  readonly #context: WriteContext
  readonly #changes: readonly Change[]
  /** By the index of the change. */
  readonly #revocations = new Map<number, RevocationResult>()
  /** Credentials that must still live when everything is inserted, by the index of the change that says so. */
  readonly #requiredIds = new Map<number, string>()
  readonly #insertedTombstones: Tombstone[] = []
  readonly #rollbackSteps: (() => Promise<unknown>)[] = []

  constructor(parts: WriteContext, changes: readonly Change[]) {
    this.#context = parts
    this.#changes = changes
  }

  async run(): Promise<WriteResult> {
    const rejectedAt = await this.#rollBackOnError(
      async () => (await this.#applyRefusable()) ?? (await this.#checkRequired()) ?? (await this.#writeDatabase()),
    )
    if (rejectedAt !== undefined) {
      await this.#rollBackOnError(() => this.#rollBack())
      await this.#context.stream.append(this.#unloggedEntries())
      return { committed: false, rejectedAt }
    }
    try {
      for (const [index, change] of this.#unconditionalRevocations()) await this.#revoke(index, change)
      await this.#context.stream.append([...this.#unloggedEntries(), ...this.#newEntries()])
    } catch (error) {
      void this.#context.recovery.retry({ confirmed: this.#attemptedRevocations(), uncertain: [], entries: this.#newEntries() })
      throw error
    }
    await Promise.all([...this.#revocations.values()].map((ended) => this.#context.credentials.removeFromIndex(ended)))
    return { committed: true, ended: this.#revokedByChange().flatMap(([, claims]) => claims.map(toEnded)) }
  }

  /** Whatever throws, nothing of it is left that can be taken back; and what cannot is not left untold. */
  async #rollBackOnError<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      await this.#rollBack().catch(() => {})
      const uncertain = this.#attemptedRevocations().filter(
        ({ where }) => !this.#unconditionalRevocations().some(([, change]) => change.where === where),
      )
      if (uncertain.length > 0) void this.#context.recovery.retry({ confirmed: [], uncertain, entries: [] })
      throw error
    }
  }

  /** What can be refused in Redis, in order. Returns the index of what was. */
  async #applyRefusable(): Promise<number | undefined> {
    for (const [index, change] of this.#changes.entries()) {
      if (!(await this.#applyOne(index, change))) return index
    }
    return undefined
  }

  async #applyOne(index: number, change: Change): Promise<boolean> {
    const { records } = this.#context.credentials
    switch (change.do) {
      case 'insert credential':
        return this.#insert(change.record)
      case 'replace credential':
        this.#requiredIds.set(index, change.next.id)
        return this.#replace(change.next, change.ifVersion)
      case 'require credential':
        this.#requiredIds.set(index, change.id)
        return (await records.findLive(change.id)) !== undefined
      case 'revoke credentials':
        return change.mustMatch !== true || (await this.#revoke(index, change)).length > 0
      case 'insert tombstone':
        if (await this.#context.credentials.insertTombstone(change.tombstone)) this.#insertedTombstones.push(change.tombstone)
        return true
      default:
        return true
    }
  }

  async #insert(record: CredentialRecord): Promise<boolean> {
    this.#rollbackSteps.push(() => this.#context.credentials.records.undoInsert(record))
    if (await this.#context.credentials.insert(record)) return true
    this.#rollbackSteps.pop()
    return false
  }

  async #replace(next: CredentialRecord, ifVersion: number): Promise<boolean> {
    const before = await this.#context.credentials.replace(next, ifVersion)
    if (before !== undefined) this.#rollbackSteps.push(() => this.#context.credentials.replace(before, next.version))
    return before !== undefined
  }

  async #revoke(index: number, { where, reason, at }: RevocationChange): Promise<readonly ReversibleRevocation[]> {
    const excludedIds = new Set([...this.#insertedAfter(index), ...this.#revokedCredentials().map(({ id }) => id)])
    const ended = await this.#context.credentials.revoke({ where, reason, at }, excludedIds)
    this.#revocations.set(index, ended)
    this.#rollbackSteps.push(() => Promise.all(ended.revoked.map((claim) => this.#context.credentials.undoRevocation(claim))))
    return ended.revoked
  }

  #revokedCredentials(): readonly ReversibleRevocation[] {
    return [...this.#revocations.values()].flatMap(({ revoked }) => revoked)
  }

  /**
   * Who ends a lineage ends what holds it together first, and then looks again for what was inserted meanwhile. So either
   * that is still alive after our insertions, or the other one has found them.
   */
  async #checkRequired(): Promise<number | undefined> {
    if (!this.#changes.some((change) => change.do === 'insert credential')) return undefined
    const ownRevocations = new Set(this.#revokedCredentials().map(({ id }) => id))
    for (const [index, id] of this.#requiredIds) {
      if (!ownRevocations.has(id) && (await this.#context.credentials.records.findLive(id)) === undefined) return index
    }
    return undefined
  }

  async #writeDatabase(): Promise<number | undefined> {
    const indexed = [...this.#changes.entries()].filter(([, change]) => isForDatabase(change))
    const pendingTombstones = await this.#pendingTombstones()
    const tombstones = [...this.#insertedTombstones, ...this.#revokedCredentials().map(({ tombstone }) => tombstone), ...pendingTombstones]
    const changes = [...indexed.map(([, change]) => change), ...tombstones.filter(outlastsRedis).map(tombstoneChange)]
    if (changes.length === 0) return undefined
    const written = await this.#context.database.write(changes).catch((error: unknown) => {
      // It may have landed all the same.
      if (changes.some((change) => change.do === 'insert tombstone')) void this.#context.tombstoneSync.scheduleResync()
      throw error
    })
    return written.committed ? undefined : indexed[written.rejectedAt]?.[0]
  }

  /** Of what the third step is going to end. */
  async #pendingTombstones(): Promise<readonly Tombstone[]> {
    const tombstones = await Promise.all(
      this.#unconditionalRevocations().map(async ([index, { where, reason, at }]) => {
        const records = await this.#context.credentials.findLiveMatching(where, this.#insertedAfter(index))
        return records.map((record) => createTombstone(record, reason, at))
      }),
    )
    return tombstones.flat()
  }

  /** For the endings log: what has ended, and what was to be told anyway. */
  #newEntries(): readonly RevocationLogEntry[] {
    return this.#revokedByChange().flatMap(([index, claims]): readonly RevocationLogEntry[] => {
      const change = this.#changes[index]
      return change?.do === 'append entry' ? [change.entry] : claims.filter(({ kind }) => kind === 'session').map(toLogEntry)
    })
  }

  #unloggedEntries(): readonly RevocationLogEntry[] {
    const sessions = [...this.#revocations.values()].flatMap(({ unlogged }) => unlogged.filter(({ was }) => was === 'session'))
    return sessions.map(({ id, endedAt, reason }): RevocationLogEntry => ({ kind: 'revoked', sid: id, at: endedAt, reason }))
  }

  /** Every ending of this write. The hints still lead to what it has ended. */
  #attemptedRevocations(): readonly Revocation[] {
    return this.#changes.flatMap((change) => (change.do === 'revoke credentials' ? [change] : []))
  }

  async #rollBack(): Promise<void> {
    let fault: unknown
    for (const step of this.#rollbackSteps.toReversed()) {
      await step().catch((error: unknown) => {
        fault = error
      })
    }
    if (fault !== undefined) throw fault
  }

  #revokedByChange(): readonly (readonly [index: number, claims: readonly ReversibleRevocation[]])[] {
    return this.#changes.map((_, index) => [index, this.#revocations.get(index)?.revoked ?? []])
  }

  #unconditionalRevocations(): readonly (readonly [index: number, change: RevocationChange])[] {
    return [...this.#changes.entries()].flatMap(([index, change]) =>
      change.do === 'revoke credentials' && change.mustMatch !== true ? [[index, change] as const] : [],
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

function tombstoneChange(tombstone: Tombstone): Change {
  return { do: 'insert tombstone', tombstone }
}

function createTombstone({ id, kind, hash, expiresAt }: CredentialRecord, reason: Tombstone['reason'], endedAt: number): Tombstone {
  return { kind: 'tombstone', was: kind, id, hash, reason, endedAt, expiresAt }
}

function toEnded({ id, kind, userId, reason }: ReversibleRevocation) {
  return { id, kind, userId, reason }
}

function toLogEntry({ id, reason, tombstone }: ReversibleRevocation): RevocationLogEntry {
  return { kind: 'revoked', sid: id, at: tombstone.endedAt, reason }
}
