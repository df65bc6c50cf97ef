// One write to Redis and the database. They share no transaction, so the order of the steps makes a crash in between harmless, and
// a refusal or an error rolls back the steps before it:
//
//   1. Redis: the changes that can be refused, each by compare-and-set on its own key. Nothing is logged yet.
//   2. The database, in one transaction: users, audit events, and tombstones of what is revoked, which outlast Redis.
//   3. Redis: the revocations that cannot be refused. Then the revocation log, from which every process learns of them.

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
  /** Results of revocations, by the index of the change. */
  readonly #revocations = new Map<number, RevocationResult>()
  /** Credentials that must still be live after all inserts, by the index of the change that requires them. */
  readonly #requiredIds = new Map<number, string>()
  readonly #insertedTombstones: Tombstone[] = []
  readonly #rollbackSteps: (() => Promise<unknown>)[] = []

  constructor(context: WriteContext, changes: readonly Change[]) {
    this.#context = context
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
    await Promise.all([...this.#revocations.values()].map((result) => this.#context.credentials.removeFromIndex(result)))
    return { committed: true, ended: this.#revokedByChange().flatMap(([, revoked]) => revoked.map(toRevokedCredential)) }
  }

  /** Rolls back when `work` throws. Revocations that could not be rolled back are logged later by the recovery. */
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

  /** Applies the changes that Redis can refuse, in order. Returns the index of the first one that was refused. */
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
    const result = await this.#context.credentials.revoke({ where, reason, at }, excludedIds)
    this.#revocations.set(index, result)
    this.#rollbackSteps.push(() => Promise.all(result.revoked.map((one) => this.#context.credentials.undoRevocation(one))))
    return result.revoked
  }

  #revokedCredentials(): readonly ReversibleRevocation[] {
    return [...this.#revocations.values()].flatMap(({ revoked }) => revoked)
  }

  /**
   * A concurrent revocation of the lineage revokes the required credential first, and then searches again for new inserts. So either
   * that credential is still live after our inserts, or the revocation has found them.
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
      // It may have been committed all the same.
      if (changes.some((change) => change.do === 'insert tombstone')) void this.#context.tombstoneSync.scheduleResync()
      throw error
    })
    return written.committed ? undefined : indexed[written.rejectedAt]?.[0]
  }

  /** The tombstones of what step 3 is going to revoke. */
  async #pendingTombstones(): Promise<readonly Tombstone[]> {
    const tombstones = await Promise.all(
      this.#unconditionalRevocations().map(async ([index, { where, reason, at }]) => {
        const records = await this.#context.credentials.findLiveMatching(where, this.#insertedAfter(index))
        return records.map((record) => createTombstone(record, reason, at))
      }),
    )
    return tombstones.flat()
  }

  /** Entries for the log: of revoked sessions, and of `append entry` changes. */
  #newEntries(): readonly RevocationLogEntry[] {
    return this.#revokedByChange().flatMap(([index, revoked]): readonly RevocationLogEntry[] => {
      const change = this.#changes[index]
      return change?.do === 'append entry' ? [change.entry] : revoked.filter(({ kind }) => kind === 'session').map(toLogEntry)
    })
  }

  #unloggedEntries(): readonly RevocationLogEntry[] {
    const sessions = [...this.#revocations.values()].flatMap(({ unlogged }) => unlogged.filter(({ was }) => was === 'session'))
    return sessions.map(({ id, endedAt, reason }): RevocationLogEntry => ({ kind: 'revoked', sid: id, at: endedAt, reason }))
  }

  /** Every revocation of this write. The indexes still contain what it has revoked. */
  #attemptedRevocations(): readonly Revocation[] {
    return this.#changes.flatMap((change) => (change.do === 'revoke credentials' ? [change] : []))
  }

  async #rollBack(): Promise<void> {
    let failure: unknown
    for (const step of this.#rollbackSteps.toReversed()) {
      await step().catch((error: unknown) => {
        failure = error
      })
    }
    if (failure !== undefined) throw failure
  }

  #revokedByChange(): readonly (readonly [index: number, revoked: readonly ReversibleRevocation[]])[] {
    return this.#changes.map((_, index) => [index, this.#revocations.get(index)?.revoked ?? []])
  }

  #unconditionalRevocations(): readonly (readonly [index: number, change: RevocationChange])[] {
    return [...this.#changes.entries()].flatMap(([index, change]) =>
      change.do === 'revoke credentials' && change.mustMatch !== true ? [[index, change] as const] : [],
    )
  }

  /** Changes apply in order: a credential inserted after a revocation is not revoked by it. */
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

/** Expired and idle credentials stay so by their times. Only a revoked one would be live again in an older snapshot of Redis. */
function outlastsRedis({ reason }: Tombstone): boolean {
  return reason === 'revoked' || reason === 'theft_suspected'
}

function tombstoneChange(tombstone: Tombstone): Change {
  return { do: 'insert tombstone', tombstone }
}

function createTombstone({ id, kind, hash, expiresAt }: CredentialRecord, reason: Tombstone['reason'], endedAt: number): Tombstone {
  return { kind: 'tombstone', was: kind, id, hash, reason, endedAt, expiresAt }
}

function toRevokedCredential({ id, kind, userId, reason }: ReversibleRevocation) {
  return { id, kind, userId, reason }
}

function toLogEntry({ id, reason, tombstone }: ReversibleRevocation): RevocationLogEntry {
  return { kind: 'revoked', sid: id, at: tombstone.endedAt, reason }
}
