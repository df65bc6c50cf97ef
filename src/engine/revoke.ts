// Bulk and single revocation by operators and administrators: one credential, a lineage, all of a user, or all users. It can be counted
// first.

import type { CredentialRecord } from '../domain/credential.ts'
import { AuthError } from '../domain/errors.ts'
import type { JsonObject } from '../domain/session-data.ts'
import type { Change, RevocationFilter, RevokedCredential } from '../ports/store.ts'
import { type Actor, writeAudited } from './audited-write.ts'
import type { EngineContext } from './context.ts'
import { listLineage } from './lineage.ts'
import type { RevokedCounts } from './logout.ts'
import { resolveUser } from './users.ts'

export type RevocationTarget =
  /** One session, or a remember-me login with its lineage. */
  | { readonly id: string }
  | { readonly user: string }
  /** The lineage with this id, or the lineage of the credential with this id. */
  | { readonly lineage: string }
  /** Every lineage that started before this time, in milliseconds since 1970. */
  | { readonly before: number }
  | { readonly all: true }

export interface RevocationCounts extends RevokedCounts {
  readonly users: number
}

/** Called after each page of users, or after each write, with the totals so far. */
export type OnRevocationProgress = (soFar: RevocationCounts) => void

/** The target within one user: the credentials found, and the filters that revoke them. */
interface ResolvedTarget {
  readonly userId: string
  readonly records: readonly CredentialRecord[]
  readonly where: readonly RevocationFilter[]
  /** For the audit event. */
  readonly detail?: JsonObject
}

type Lineage = readonly CredentialRecord[]
type LineagePredicate = (lineage: Lineage) => boolean

/** Users read together, and lineages revoked in one write. */
const USERS_PER_PAGE = 100
const LINEAGES_PER_WRITE = 100

/**
 * Counts what `revoke` would revoke now. Refusal: `resource.not_found`.
 *
 * @throws TypeError for an invalid target; StoreError
 */
export async function countRevocable(
  context: EngineContext,
  target: RevocationTarget,
  onCounted: OnRevocationProgress = () => {},
): Promise<RevocationCounts | AuthError> {
  const matches = bulkPredicate(target, context.clock.now())
  if (matches === undefined) {
    const resolved = await resolveTarget(context, 'operator', target)
    return resolved === undefined ? new AuthError('resource.not_found') : countCredentials(resolved.records)
  }
  let counts = countCredentials([])
  for await (const page of matchingTargets(context, matches)) {
    counts = addCounts(counts, countCredentials(page.flatMap(({ records }) => records)))
    onCounted(counts)
  }
  return counts
}

/**
 * Revokes the target. `all` and `before` take many writes, each complete in itself: after an interruption the same call continues. Lineages
 * started meanwhile stay with `before`; with `all` those of users already processed stay. Refusal: `resource.not_found`.
 *
 * @throws TypeError for an invalid target; StoreError
 */
export async function revoke(
  context: EngineContext,
  actor: Actor,
  target: RevocationTarget,
  onRevoked: OnRevocationProgress = () => {},
): Promise<RevocationCounts | AuthError> {
  const matches = bulkPredicate(target, context.clock.now())
  if (matches === undefined) {
    const resolved = await resolveTarget(context, actor, target)
    if (resolved?.records.length === 0) return countCredentials([])
    const revoked = resolved && (await revokeTargets(context, actor, [resolved], !('user' in target)))
    if (revoked instanceof AuthError) return revoked
    return revoked === undefined ? new AuthError('resource.not_found') : countCredentials(revoked)
  }
  let revoked = countCredentials([])
  for await (const page of matchingTargets(context, matches)) {
    const revokedInPage: RevokedCredential[] = []
    for (const batch of batchTargets(page)) {
      const written = await revokeTargets(context, actor, batch, false)
      if (written instanceof AuthError) return written
      revokedInPage.push(...(written ?? []))
      onRevoked(addCounts(revoked, countCredentials(revokedInPage)))
      await yieldToEventLoop(context)
    }
    revoked = addCounts(revoked, countCredentials(revokedInPage))
  }
  return revoked
}

/** One write, with an audit event per user. Undefined when nothing matched any more and `mustMatch` is set. */
async function revokeTargets(
  context: EngineContext,
  actor: Actor,
  targets: readonly ResolvedTarget[],
  mustMatch: boolean,
): Promise<readonly RevokedCredential[] | AuthError | undefined> {
  const at = context.clock.now()
  const actions = targets.map(({ userId, detail = {} }) => ({ userId, action: 'session.revoke', detail }) as const)
  const changes = targets.flatMap(({ where }) =>
    where.map(
      (each): Change => ({
        do: 'revoke credentials',
        where: each,
        reason: 'revoked',
        at,
        ...(mustMatch ? { mustMatch: true as const } : {}),
      }),
    ),
  )
  const written = await writeAudited(context, actor, actions, changes, at)
  if (written instanceof AuthError) return written
  if (!written.committed) return undefined
  context.revocationFeed.recordRevoked(written.ended, at)
  return written.ended
}

async function resolveTarget(context: EngineContext, actor: Actor, target: RevocationTarget): Promise<ResolvedTarget | undefined> {
  if ('id' in target) return resolveCredential(context, target.id)
  if ('lineage' in target) return resolveLineage(context, target.lineage)
  if ('user' in target) return resolveUserTarget(context, actor, target.user)
  throw new TypeError('revoke: accepted is one of { id }, { user }, { lineage }, { before }, { all: true }')
}

async function resolveCredential(context: EngineContext, id: string): Promise<ResolvedTarget | undefined> {
  const found = await context.store.credentials.find(id)
  if (found === undefined || found.kind === 'tombstone') return undefined
  const resolved =
    found.kind === 'remember_me' ? await lineageTarget(context, found) : { userId: found.userId, records: [found], where: [{ id }] }
  return { ...resolved, detail: { id } }
}

/** A session may outlive an expired remember-me login: then only the session names the lineage. */
async function resolveLineage(context: EngineContext, id: string): Promise<ResolvedTarget | undefined> {
  const found = await context.store.credentials.find(id)
  if (found !== undefined && found.kind !== 'tombstone') return lineageTarget(context, found)
  for await (const page of matchingTargets(context, ([first]) => first?.lineage === id)) return page[0]
  return undefined
}

async function lineageTarget(context: EngineContext, { userId, lineage }: CredentialRecord): Promise<ResolvedTarget> {
  return { userId, records: await listLineage(context, { userId, lineage }), where: [{ lineage }] }
}

async function resolveUserTarget(context: EngineContext, actor: Actor, nameOrId: string): Promise<ResolvedTarget | undefined> {
  const user = await resolveUser(context, actor, nameOrId)
  if (user === undefined) return undefined
  const records = await context.store.credentials.listByUser(user.id)
  return { userId: user.id, records, where: [{ userId: user.id, except: [] }] }
}

/** Undefined for a single target. */
function bulkPredicate(target: RevocationTarget, now: number): LineagePredicate | undefined {
  if ('all' in target && target.all) return () => true
  if (!('before' in target)) return undefined
  const { before } = target
  if (!(before <= now)) throw new TypeError('before: accepted are milliseconds since 1970, up to now; { all: true } revokes everything')
  return (lineage) => lineageStartedAt(lineage) < before
}

/** Without its remember-me login, the time of the password entry counts; that is 0 when there was none. */
function lineageStartedAt(lineage: Lineage): number {
  return Math.min(...lineage.flatMap(({ startedAt, authTime }) => (authTime > 0 ? [startedAt, authTime] : [startedAt])))
}

/** Yields page by page; only users with matching credentials. */
async function* matchingTargets(context: EngineContext, matches: LineagePredicate): AsyncGenerator<readonly ResolvedTarget[]> {
  for (let after: string | null = null; ; ) {
    const users = await context.store.users.page(after, USERS_PER_PAGE)
    const targets = await Promise.all(
      users.map(async ({ id }): Promise<ResolvedTarget> => {
        const records = await context.store.credentials.listByUser(id)
        const lineages = [...Map.groupBy(records, ({ lineage }) => lineage)].filter(([, lineage]) => matches(lineage))
        return { userId: id, records: lineages.flatMap(([, lineage]) => lineage), where: lineages.map(([lineage]) => ({ lineage })) }
      }),
    )
    const matching = targets.filter(({ records }) => records.length > 0)
    if (matching.length > 0) yield matching
    await yieldToEventLoop(context)
    after = users.at(-1)?.id ?? null
    if (users.length < USERS_PER_PAGE) return
  }
}

/** An in-process store never yields to the event loop by itself. */
function yieldToEventLoop(context: EngineContext): Promise<void> {
  return context.timers.wait(0)
}

/** Splits the targets into batches of one write each; one user's lineages may span several. */
function batchTargets(targets: readonly ResolvedTarget[]): readonly (readonly ResolvedTarget[])[] {
  const batches: ResolvedTarget[][] = [[]]
  let room = LINEAGES_PER_WRITE
  for (const target of targets) {
    for (let from = 0; from < target.where.length; ) {
      const where = target.where.slice(from, from + room)
      batches.at(-1)?.push({ ...target, where })
      from += where.length
      room -= where.length
      if (room > 0) continue
      batches.push([])
      room = LINEAGES_PER_WRITE
    }
  }
  return batches.filter((batch) => batch.length > 0)
}

function countCredentials(credentials: readonly Pick<RevokedCredential, 'kind' | 'userId'>[]): RevocationCounts {
  const sessions = credentials.filter(({ kind }) => kind === 'session').length
  return { users: new Set(credentials.map(({ userId }) => userId)).size, sessions, rememberMe: credentials.length - sessions }
}

function addCounts(a: RevocationCounts, b: RevocationCounts): RevocationCounts {
  return { users: a.users + b.users, sessions: a.sessions + b.sessions, rememberMe: a.rememberMe + b.rememberMe }
}
