// What operators and administrators end: one credential, a lineage, everything of a user, or everything at large. It can be counted before.

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
  /** A session alone, or a remembered login with its lineage. */
  | { readonly id: string }
  | { readonly user: string }
  /** The lineage with this id, or the one to which the credential with this id belongs. */
  | { readonly lineage: string }
  /** Every lineage that began before this time, in milliseconds since 1970. */
  | { readonly before: number }
  | { readonly all: true }

export interface RevocationCounts extends RevokedCounts {
  readonly users: number
}

/** Told after each page of users, or each write, what it comes to so far. */
export type OnRevocationProgress = (soFar: RevocationCounts) => void

/** What is meant of one user: the credentials as they were found, and how to end them. */
interface ResolvedTarget {
  readonly userId: string
  readonly records: readonly CredentialRecord[]
  readonly where: readonly RevocationFilter[]
  /** For the record. */
  readonly detail?: JsonObject
}

type Lineage = readonly CredentialRecord[]
type LineagePredicate = (lineage: Lineage) => boolean

/** Users looked at together, and lineages ended in one write. */
const USERS_PER_PAGE = 100
const LINEAGES_PER_WRITE = 100

/**
 * Counts what `revoke` would end now. Refusal: `resource.not_found`.
 *
 * @throws TypeError when what is meant cannot be told; StoreError
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
  let found = countCredentials([])
  for await (const page of matchingTargets(context, matches)) {
    found = addCounts(found, countCredentials(page.flatMap(({ records }) => records)))
    onCounted(found)
  }
  return found
}

/**
 * Ends what is meant. At large this takes many writes, each of them whole: where it was stopped, the same again goes on. What is
 * begun meanwhile stays with `before`; with `all` only what is begun of users that it has passed. Refusal: `resource.not_found`.
 *
 * @throws TypeError when what is meant cannot be told; StoreError
 */
export async function revoke(
  context: EngineContext,
  actor: Actor,
  target: RevocationTarget,
  onEnded: OnRevocationProgress = () => {},
): Promise<RevocationCounts | AuthError> {
  const matches = bulkPredicate(target, context.clock.now())
  if (matches === undefined) {
    const resolved = await resolveTarget(context, actor, target)
    if (resolved?.records.length === 0) return countCredentials([])
    const ended = resolved && (await revokeTargets(context, actor, [resolved], !('user' in target)))
    if (ended instanceof AuthError) return ended
    return ended === undefined ? new AuthError('resource.not_found') : countCredentials(ended)
  }
  let ended = countCredentials([])
  for await (const page of matchingTargets(context, matches)) {
    const endedOfThese: RevokedCredential[] = []
    for (const some of batchTargets(page)) {
      const written = await revokeTargets(context, actor, some, false)
      if (written instanceof AuthError) return written
      endedOfThese.push(...(written ?? []))
      onEnded(addCounts(ended, countCredentials(endedOfThese)))
      await yieldToEventLoop(context)
    }
    ended = addCounts(ended, countCredentials(endedOfThese))
  }
  return ended
}

/** In one write, each user's with its operation. Undefined when nothing matched any more and `mustMatch` is set. */
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

/** A session outlives a remembered login that has expired: then only the session knows of the lineage. */
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

/** Undefined where one thing is meant. */
function bulkPredicate(target: RevocationTarget, now: number): LineagePredicate | undefined {
  if ('all' in target && target.all) return () => true
  if (!('before' in target)) return undefined
  const { before } = target
  if (!(before <= now)) throw new TypeError('before: accepted are milliseconds since 1970, up to now; { all: true } ends everything')
  return (lineage) => lineageStartedAt(lineage) < before
}

/** Where its remembered login is gone, by when the password was typed; that is 0 where none was. */
function lineageStartedAt(lineage: Lineage): number {
  return Math.min(...lineage.flatMap(({ startedAt, authTime }) => (authTime > 0 ? [startedAt, authTime] : [startedAt])))
}

/** Page by page of users; only users of whom something is meant. */
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

/** A store in this process is read and written without a pause in which anything else would be done. */
function yieldToEventLoop(context: EngineContext): Promise<void> {
  return context.timers.wait(0)
}

/** Few enough lineages for one write; those of one user may take several. */
function batchTargets(targets: readonly ResolvedTarget[]): readonly (readonly ResolvedTarget[])[] {
  const writes: ResolvedTarget[][] = [[]]
  let room = LINEAGES_PER_WRITE
  for (const target of targets) {
    for (let from = 0; from < target.where.length; ) {
      const where = target.where.slice(from, from + room)
      writes.at(-1)?.push({ ...target, where })
      from += where.length
      room -= where.length
      if (room > 0) continue
      writes.push([])
      room = LINEAGES_PER_WRITE
    }
  }
  return writes.filter((some) => some.length > 0)
}

function countCredentials(credentials: readonly Pick<RevokedCredential, 'kind' | 'userId'>[]): RevocationCounts {
  const sessions = credentials.filter(({ kind }) => kind === 'session').length
  return { users: new Set(credentials.map(({ userId }) => userId)).size, sessions, rememberMe: credentials.length - sessions }
}

function addCounts(a: RevocationCounts, b: RevocationCounts): RevocationCounts {
  return { users: a.users + b.users, sessions: a.sessions + b.sessions, rememberMe: a.rememberMe + b.rememberMe }
}
