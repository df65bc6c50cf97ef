// What operators and administrators end: one credential, a lineage, everything of a user, or everything at large. It can be counted before.

import type { CredentialRecord } from '../domain/credential.ts'
import { AuthError } from '../domain/errors.ts'
import type { JsonObject } from '../domain/session-data.ts'
import type { Change, Ended, EndWhere } from '../ports/store.ts'
import { type Actor, writeAs } from './actor.ts'
import { lineageOf } from './lineage.ts'
import type { EndedCounts } from './logout.ts'
import type { Parts } from './parts.ts'
import { findMeant } from './users.ts'

export type Revocation =
  /** A session alone, or a remembered login with its lineage. */
  | { readonly id: string }
  | { readonly user: string }
  /** The lineage with this id, or the one to which the credential with this id belongs. */
  | { readonly lineage: string }
  /** Every lineage that began before this time, in milliseconds since 1970. */
  | { readonly before: number }
  | { readonly all: true }

export interface RevokeCounts extends EndedCounts {
  readonly users: number
}

/** Told after each page of users, or each write, what it comes to so far. */
export type OnRevoked = (soFar: RevokeCounts) => void

/** What is meant of one user: the credentials as they were found, and how to end them. */
interface Aim {
  readonly userId: string
  readonly records: readonly CredentialRecord[]
  readonly where: readonly EndWhere[]
  /** For the record. */
  readonly detail?: JsonObject
}

type Lineage = readonly CredentialRecord[]
type IsMeant = (lineage: Lineage) => boolean

/** Users looked at together, and lineages ended in one write. */
const USERS_AT_ONCE = 100
const LINEAGES_AT_ONCE = 100

/**
 * Counts what `revoke` would end now. Refusal: `resource.not_found`.
 *
 * @throws TypeError when what is meant cannot be told; StoreError
 */
export async function countToRevoke(parts: Parts, what: Revocation, onCounted: OnRevoked = () => {}): Promise<RevokeCounts | AuthError> {
  const isMeant = meantAtLarge(what, parts.clock.now())
  if (isMeant === undefined) {
    const aim = await aimAtOne(parts, 'operator', what)
    return aim === undefined ? new AuthError('resource.not_found') : countOf(aim.records)
  }
  let found = countOf([])
  for await (const aims of aimsAtLarge(parts, isMeant)) {
    found = sum(found, countOf(aims.flatMap(({ records }) => records)))
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
  parts: Parts,
  actor: Actor,
  what: Revocation,
  onEnded: OnRevoked = () => {},
): Promise<RevokeCounts | AuthError> {
  const isMeant = meantAtLarge(what, parts.clock.now())
  if (isMeant === undefined) {
    const aim = await aimAtOne(parts, actor, what)
    if (aim?.records.length === 0) return countOf([])
    const ended = aim && (await end(parts, actor, [aim], !('user' in what)))
    if (ended instanceof AuthError) return ended
    return ended === undefined ? new AuthError('resource.not_found') : countOf(ended)
  }
  let ended = countOf([])
  for await (const aims of aimsAtLarge(parts, isMeant)) {
    const endedOfThese: Ended[] = []
    for (const some of inWrites(aims)) {
      const written = await end(parts, actor, some, false)
      if (written instanceof AuthError) return written
      endedOfThese.push(...(written ?? []))
      onEnded(sum(ended, countOf(endedOfThese)))
      await othersTurn(parts)
    }
    ended = sum(ended, countOf(endedOfThese))
  }
  return ended
}

/** In one write, each user's with its operation. Undefined when nothing matched any more and `orRefuse` is set. */
async function end(parts: Parts, actor: Actor, aims: readonly Aim[], orRefuse: boolean): Promise<readonly Ended[] | AuthError | undefined> {
  const at = parts.clock.now()
  const deeds = aims.map(({ userId, detail = {} }) => ({ userId, action: 'session.revoke', detail }) as const)
  const changes = aims.flatMap(({ where }) =>
    where.map(
      (each): Change => ({ do: 'end credentials', where: each, reason: 'revoked', at, ...(orRefuse ? { orRefuse: true as const } : {}) }),
    ),
  )
  const written = await writeAs(parts, actor, deeds, changes, at)
  if (written instanceof AuthError) return written
  if (!written.landed) return undefined
  parts.endings.noteEnded(written.ended, at)
  return written.ended
}

async function aimAtOne(parts: Parts, actor: Actor, what: Revocation): Promise<Aim | undefined> {
  if ('id' in what) return aimAtCredential(parts, what.id)
  if ('lineage' in what) return aimAtLineage(parts, what.lineage)
  if ('user' in what) return aimAtUser(parts, actor, what.user)
  throw new TypeError('revoke: accepted is one of { id }, { user }, { lineage }, { before }, { all: true }')
}

async function aimAtCredential(parts: Parts, id: string): Promise<Aim | undefined> {
  const found = await parts.store.credentials.find(id)
  if (found === undefined || found.kind === 'tombstone') return undefined
  const aim =
    found.kind === 'remember_me' ? await wholeLineage(parts, found) : { userId: found.userId, records: [found], where: [{ id }] }
  return { ...aim, detail: { id } }
}

/** A session outlives a remembered login that has expired: then only the session knows of the lineage. */
async function aimAtLineage(parts: Parts, id: string): Promise<Aim | undefined> {
  const found = await parts.store.credentials.find(id)
  if (found !== undefined && found.kind !== 'tombstone') return wholeLineage(parts, found)
  for await (const aims of aimsAtLarge(parts, ([first]) => first?.lineage === id)) return aims[0]
  return undefined
}

async function wholeLineage(parts: Parts, { userId, lineage }: CredentialRecord): Promise<Aim> {
  return { userId, records: await lineageOf(parts, { userId, lineage }), where: [{ lineage }] }
}

async function aimAtUser(parts: Parts, actor: Actor, nameOrCode: string): Promise<Aim | undefined> {
  const user = await findMeant(parts, actor, nameOrCode)
  if (user === undefined) return undefined
  const records = await parts.store.credentials.listByUser(user.id)
  return { userId: user.id, records, where: [{ userId: user.id, except: [] }] }
}

/** Undefined where one thing is meant. */
function meantAtLarge(what: Revocation, now: number): IsMeant | undefined {
  if ('all' in what && what.all) return () => true
  if (!('before' in what)) return undefined
  const { before } = what
  if (!(before <= now)) throw new TypeError('before: accepted are milliseconds since 1970, up to now; { all: true } ends everything')
  return (lineage) => beganAt(lineage) < before
}

/** Where its remembered login is gone, by when the password was typed; that is 0 where none was. */
function beganAt(lineage: Lineage): number {
  return Math.min(...lineage.flatMap(({ startedAt, authTime }) => (authTime > 0 ? [startedAt, authTime] : [startedAt])))
}

/** Page by page of users; only users of whom something is meant. */
async function* aimsAtLarge(parts: Parts, isMeant: IsMeant): AsyncGenerator<readonly Aim[]> {
  for (let after: string | null = null; ; ) {
    const users = await parts.store.users.page(after, USERS_AT_ONCE)
    const aims = await Promise.all(
      users.map(async ({ id }): Promise<Aim> => {
        const records = await parts.store.credentials.listByUser(id)
        const lineages = [...Map.groupBy(records, ({ lineage }) => lineage)].filter(([, lineage]) => isMeant(lineage))
        return { userId: id, records: lineages.flatMap(([, lineage]) => lineage), where: lineages.map(([lineage]) => ({ lineage })) }
      }),
    )
    const meant = aims.filter(({ records }) => records.length > 0)
    if (meant.length > 0) yield meant
    await othersTurn(parts)
    after = users.at(-1)?.id ?? null
    if (users.length < USERS_AT_ONCE) return
  }
}

/** A store in this process is read and written without a pause in which anything else would be done. */
function othersTurn(parts: Parts): Promise<void> {
  return parts.timers.wait(0)
}

/** Few enough lineages for one write; those of one user may take several. */
function inWrites(aims: readonly Aim[]): readonly (readonly Aim[])[] {
  const writes: Aim[][] = [[]]
  let room = LINEAGES_AT_ONCE
  for (const aim of aims) {
    for (let from = 0; from < aim.where.length; ) {
      const where = aim.where.slice(from, from + room)
      writes.at(-1)?.push({ ...aim, where })
      from += where.length
      room -= where.length
      if (room > 0) continue
      writes.push([])
      room = LINEAGES_AT_ONCE
    }
  }
  return writes.filter((some) => some.length > 0)
}

function countOf(these: readonly Pick<Ended, 'kind' | 'userId'>[]): RevokeCounts {
  const sessions = these.filter(({ kind }) => kind === 'session').length
  return { users: new Set(these.map(({ userId }) => userId)).size, sessions, rememberMe: these.length - sessions }
}

function sum(a: RevokeCounts, b: RevokeCounts): RevokeCounts {
  return { users: a.users + b.users, sessions: a.sessions + b.sessions, rememberMe: a.rememberMe + b.rememberMe }
}
