// Imports users with their password hashes, in batches: each batch is committed completely or not at all, and existing users stay
// unchanged.

import { type ImportedUser, type ImportValues, validateImportRow } from '../domain/imported-user.ts'
import { USER_ID_PREFIX } from '../domain/persisted-names.ts'
import type { UserRecord } from '../domain/user.ts'
import type { Change } from '../ports/store.ts'
import { OPERATOR_CLIENT } from './audited-write.ts'
import { type EngineContext, MAX_CAS_RETRIES } from './context.ts'
import { ImportedHashRecorder } from './hash-survey.ts'
import { auditEvent } from './issue-credentials.ts'
import { isReserved, requireFreeNames } from './reserved-names.ts'
import { SeenUsernames } from './seen-usernames.ts'

/** One input line: the values of a user, or the reason why it has none. */
export type ImportLine = { readonly line: number; readonly values: ImportValues } | { readonly line: number; readonly refused: string }

export type ImportResult =
  | { readonly line: number; readonly outcome: 'imported' }
  /** A user with this username existed already, and is unchanged. */
  | { readonly line: number; readonly outcome: 'present' }
  | { readonly line: number; readonly outcome: 'refused'; readonly reason: string }

export interface ImportOptions {
  /** Validates everything, writes nothing. */
  readonly dryRun?: boolean
}

const BATCH_SIZE = 1000
const RESERVED_REASON = 'the username belonged to a deleted user'
const DUPLICATE_REASON = 'the same user is on an earlier line'

/**
 * Imports users in batches and yields a result for each line: a yielded result is committed. Stopping the iteration stops the import.
 * Running it again continues, because existing users stay unchanged.
 *
 * @throws StoreError when the current batch was not committed, or when its result is unknown
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
  /** An earlier line has this username, or one with the same fingerprint. */
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
    const validated = 'refused' in line ? line : validateImportRow(line.values, now)
    if ('refused' in validated) results.push({ line: line.line, outcome: 'refused', reason: validated.refused })
    else if (inGroup.has(validated.usernameKey)) results.push({ line: line.line, outcome: 'refused', reason: DUPLICATE_REASON })
    else {
      inGroup.add(validated.usernameKey)
      candidates.push({ line: line.line, user: createUserRecord(context, validated, now), maybeDuplicate: seen.has(validated.usernameKey) })
    }
  }
  for (const key of inGroup) seen.add(key)
  results.push(...(await (dryRun ? checkCandidates(context, candidates) : writeCandidates(context, candidates, hashRecorder, now))))
  return results.sort((a, b) => a.line - b.line)
}

/** Writes until the remaining users are committed: after a rejection, those whose username is taken are sorted out. */
async function writeCandidates(
  context: EngineContext,
  candidates: readonly Candidate[],
  hashRecorder: ImportedHashRecorder,
  now: number,
): Promise<readonly ImportResult[]> {
  const results: ImportResult[] = []
  let left = candidates
  // The first write needs no look-ups: in most imports no user exists yet.
  let mustLookUp = candidates.some(({ maybeDuplicate }) => maybeDuplicate)
  for (let attempt = 0; attempt < MAX_CAS_RETRIES; attempt += 1) {
    if (mustLookUp) {
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
    mustLookUp = true
  }
  return [
    ...results,
    ...left.map(
      ({ line }): ImportResult => ({ line, outcome: 'refused', reason: 'other writes kept taking usernames: run the import again' }),
    ),
  ]
}

async function checkCandidates(context: EngineContext, candidates: readonly Candidate[]): Promise<readonly ImportResult[]> {
  const taken = await findTakenNames(context, candidates)
  return candidates.map((candidate, index): ImportResult => {
    // A dry run writes nothing, so the store does not know the usernames of earlier lines.
    const found = candidate.maybeDuplicate ? 'user' : taken[index]
    return resultForTaken(candidate, found)[0] ?? { line: candidate.line, outcome: 'imported' }
  })
}

/** The current owner of a username. */
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
