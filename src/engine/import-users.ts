// Bringing users and their hashes from elsewhere, in groups: each lands whole or not at all, and who is there already stays.

import { type ImportedUser, type ImportValues, validateImportRow } from '../domain/imported-user.ts'
import { USER_ID_PREFIX } from '../domain/persisted-names.ts'
import type { UserRecord } from '../domain/user.ts'
import type { Change } from '../ports/store.ts'
import { OPERATOR_CLIENT } from './audited-write.ts'
import { type EngineContext, MAX_CAS_RETRIES } from './context.ts'
import { ImportedHashRecorder } from './hash-survey.ts'
import { auditEvent } from './issue.ts'
import { isReserved, requireFreeNames } from './reserved-names.ts'
import { SeenUsernames } from './seen-usernames.ts'

/** What was read of one line: the values of a user, or why there are none. */
export type ImportLine = { readonly line: number; readonly values: ImportValues } | { readonly line: number; readonly refused: string }

export type ImportResult =
  | { readonly line: number; readonly outcome: 'imported' }
  /** A user of this name was there before, and is unchanged. */
  | { readonly line: number; readonly outcome: 'present' }
  | { readonly line: number; readonly outcome: 'refused'; readonly reason: string }

export interface ImportOptions {
  /** Judges everything, and writes nothing. */
  readonly dryRun?: boolean
}

const BATCH_SIZE = 1000
const RESERVED_REASON = 'the name was that of a user who was deleted'
const DUPLICATE_REASON = 'the same user stands on an earlier line'

/**
 * Imports users line by line and says of each what came of it, a group at a time: what has been yielded has landed.
 * Whoever stops asking stops the import. Running it again goes on, because users that are there are left as they are.
 *
 * @throws StoreError; nothing of the group has landed then, or this cannot be known
 */
export async function* importUsers(
  context: EngineContext,
  lines: AsyncIterable<ImportLine> | Iterable<ImportLine>,
  { dryRun = false }: ImportOptions = {},
): AsyncGenerator<ImportResult> {
  const seen = new SeenUsernames()
  const hashRecorder = new ImportedHashRecorder(context)
  let group: ImportLine[] = []
  try {
    for await (const line of lines) {
      group.push(line)
      if (group.length < BATCH_SIZE) continue
      yield* await importBatch(context, group, seen, hashRecorder, dryRun)
      group = []
    }
    yield* await importBatch(context, group, seen, hashRecorder, dryRun)
  } finally {
    await hashRecorder.end()
  }
}

interface Candidate {
  readonly line: number
  readonly user: UserRecord
  /** A line before has this name, or one of the same fingerprint. */
  readonly maybeDuplicate: boolean
}

async function importBatch(
  context: EngineContext,
  group: readonly ImportLine[],
  seen: SeenUsernames,
  hashRecorder: ImportedHashRecorder,
  dryRun: boolean,
): Promise<readonly ImportResult[]> {
  const now = context.clock.now()
  const results: ImportResult[] = []
  const candidates: Candidate[] = []
  const inGroup = new Set<string>()
  for (const line of group) {
    const judged = 'refused' in line ? line : validateImportRow(line.values, now)
    if ('refused' in judged) results.push({ line: line.line, outcome: 'refused', reason: judged.refused })
    else if (inGroup.has(judged.usernameKey)) results.push({ line: line.line, outcome: 'refused', reason: DUPLICATE_REASON })
    else {
      inGroup.add(judged.usernameKey)
      candidates.push({ line: line.line, user: createUserRecord(context, judged, now), maybeDuplicate: seen.has(judged.usernameKey) })
    }
  }
  for (const key of inGroup) seen.add(key)
  results.push(...(await (dryRun ? checkCandidates(context, candidates) : writeCandidates(context, candidates, hashRecorder, now))))
  return results.sort((a, b) => a.line - b.line)
}

/** Writes until what is left lands: after a refusal, those whose name is taken are sorted out. */
async function writeCandidates(
  context: EngineContext,
  candidates: readonly Candidate[],
  hashRecorder: ImportedHashRecorder,
  now: number,
): Promise<readonly ImportResult[]> {
  const results: ImportResult[] = []
  let left = candidates
  // Nobody is asked about before the first write: in most imports nobody is there.
  let mustAsk = candidates.some(({ maybeDuplicate }) => maybeDuplicate)
  for (let attempt = 0; attempt < MAX_CAS_RETRIES; attempt += 1) {
    if (mustAsk) {
      const taken = await findTakenNames(context, left)
      results.push(...left.flatMap((candidate, index) => resultForTaken(candidate, taken[index])))
      left = left.filter((_, index) => taken[index] === undefined)
    }
    if (left.length === 0) return results
    const users = left.map(({ user }) => user)
    await hashRecorder.beforeWrite(users.map(({ passwordHash }) => passwordHash))
    const written = await context.store.write([
      ...users.flatMap((user) => changesFor(context, user, now)),
      requireFreeNames(context, users),
    ])
    if (written.committed) return [...results, ...left.map(({ line }): ImportResult => ({ line, outcome: 'imported' }))]
    mustAsk = true
  }
  return [...results, ...left.map(({ line }): ImportResult => ({ line, outcome: 'refused', reason: 'others kept taking names meanwhile' }))]
}

async function checkCandidates(context: EngineContext, candidates: readonly Candidate[]): Promise<readonly ImportResult[]> {
  const taken = await findTakenNames(context, candidates)
  return candidates.map((candidate, index): ImportResult => {
    // Nothing was written, so the store cannot tell whether an earlier line has had the name.
    const found = candidate.maybeDuplicate ? 'user' : taken[index]
    return resultForTaken(candidate, found)[0] ?? { line: candidate.line, outcome: 'imported' }
  })
}

/** By whom a name is taken: a user who is there, or one who was deleted. */
type NameOwner = 'user' | 'deleted user' | undefined

async function findTakenNames(context: EngineContext, candidates: readonly Candidate[]): Promise<readonly NameOwner[]> {
  const users = candidates.map(({ user }) => user)
  const found = await Promise.all(users.map(({ usernameKey }) => context.store.users.findByUsernameKey(usernameKey)))
  const isAnyReserved = !(await context.store.write([requireFreeNames(context, users)])).committed
  const reserved = isAnyReserved ? await Promise.all(users.map((user) => isReserved(context, user))) : []
  return users.map((_, index) => (found[index] !== undefined ? 'user' : reserved[index] ? 'deleted user' : undefined))
}

function resultForTaken({ line, maybeDuplicate }: Candidate, taken: NameOwner): readonly ImportResult[] {
  if (taken === undefined) return []
  if (taken === 'deleted user') return [{ line, outcome: 'refused', reason: RESERVED_REASON }]
  return [maybeDuplicate ? { line, outcome: 'refused', reason: DUPLICATE_REASON } : { line, outcome: 'present' }]
}

function createUserRecord(context: EngineContext, { createdAt, ...imported }: ImportedUser, now: number): UserRecord {
  return { id: `${USER_ID_PREFIX}${context.secrets.randomId()}`, ...imported, createdAt: createdAt ?? now, version: 1 }
}

function changesFor(context: EngineContext, user: UserRecord, now: number): readonly Change[] {
  const detail = { roles: user.roles }
  return [{ do: 'insert user', user }, auditEvent(context, OPERATOR_CLIENT, { userId: user.id, action: 'account.import', detail }, now)]
}
