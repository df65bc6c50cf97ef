// Bringing users and their hashes from elsewhere, in groups: each lands whole or not at all, and who is there already stays.

import { type ImportedUser, type ImportValues, judgeImport } from '../domain/imported-user.ts'
import { USER_ID_PREFIX } from '../domain/persisted-names.ts'
import type { UserRecord } from '../domain/user.ts'
import type { Change } from '../ports/store.ts'
import { OF_OPERATOR } from './actor.ts'
import { ImportedHashes } from './hash-survey.ts'
import { auditEvent } from './issue.ts'
import { NamesSeen } from './names-seen.ts'
import { MAX_ATTEMPTS, type Parts } from './parts.ts'
import { isReserved, requiringFree } from './reserved-names.ts'

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

const GROUP = 1000
const RESERVED = 'the name was that of a user who was deleted'
const TWICE = 'the same user stands on an earlier line'

/**
 * Imports users line by line and says of each what came of it, a group at a time: what has been yielded has landed.
 * Whoever stops asking stops the import. Running it again goes on, because users that are there are left as they are.
 *
 * @throws StoreError; nothing of the group has landed then, or this cannot be known
 */
export async function* importUsers(
  parts: Parts,
  lines: AsyncIterable<ImportLine> | Iterable<ImportLine>,
  { dryRun = false }: ImportOptions = {},
): AsyncGenerator<ImportResult> {
  const seen = new NamesSeen()
  const noted = new ImportedHashes(parts)
  let group: ImportLine[] = []
  try {
    for await (const line of lines) {
      group.push(line)
      if (group.length < GROUP) continue
      yield* await importGroup(parts, group, seen, noted, dryRun)
      group = []
    }
    yield* await importGroup(parts, group, seen, noted, dryRun)
  } finally {
    await noted.end()
  }
}

interface Candidate {
  readonly line: number
  readonly user: UserRecord
  /** A line before has this name, or one of the same fingerprint. */
  readonly suspect: boolean
}

async function importGroup(
  parts: Parts,
  group: readonly ImportLine[],
  seen: NamesSeen,
  noted: ImportedHashes,
  dryRun: boolean,
): Promise<readonly ImportResult[]> {
  const now = parts.clock.now()
  const results: ImportResult[] = []
  const candidates: Candidate[] = []
  const inGroup = new Set<string>()
  for (const line of group) {
    const judged = 'refused' in line ? line : judgeImport(line.values, now)
    if ('refused' in judged) results.push({ line: line.line, outcome: 'refused', reason: judged.refused })
    else if (inGroup.has(judged.usernameKey)) results.push({ line: line.line, outcome: 'refused', reason: TWICE })
    else {
      inGroup.add(judged.usernameKey)
      candidates.push({ line: line.line, user: recordOf(parts, judged, now), suspect: seen.has(judged.usernameKey) })
    }
  }
  for (const key of inGroup) seen.add(key)
  results.push(...(await (dryRun ? compare(parts, candidates) : land(parts, candidates, noted, now))))
  return results.sort((a, b) => a.line - b.line)
}

/** Writes until what is left lands: after a refusal, those whose name is taken are sorted out. */
async function land(parts: Parts, candidates: readonly Candidate[], noted: ImportedHashes, now: number): Promise<readonly ImportResult[]> {
  const results: ImportResult[] = []
  let left = candidates
  // Nobody is asked about before the first write: in most imports nobody is there.
  let mustAsk = candidates.some(({ suspect }) => suspect)
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    if (mustAsk) {
      const taken = await areTaken(parts, left)
      results.push(...left.flatMap((candidate, index) => resultOf(candidate, taken[index])))
      left = left.filter((_, index) => taken[index] === undefined)
    }
    if (left.length === 0) return results
    const users = left.map(({ user }) => user)
    await noted.before(users.map(({ passwordHash }) => passwordHash))
    const written = await parts.store.write([...users.flatMap((user) => changesFor(parts, user, now)), requiringFree(parts, users)])
    if (written.landed) return [...results, ...left.map(({ line }): ImportResult => ({ line, outcome: 'imported' }))]
    mustAsk = true
  }
  return [...results, ...left.map(({ line }): ImportResult => ({ line, outcome: 'refused', reason: 'others kept taking names meanwhile' }))]
}

async function compare(parts: Parts, candidates: readonly Candidate[]): Promise<readonly ImportResult[]> {
  const taken = await areTaken(parts, candidates)
  return candidates.map((candidate, index): ImportResult => {
    // Nothing was written, so the store cannot tell whether an earlier line has had the name.
    const found = candidate.suspect ? 'user' : taken[index]
    return resultOf(candidate, found)[0] ?? { line: candidate.line, outcome: 'imported' }
  })
}

/** By whom a name is taken: a user who is there, or one who was deleted. */
type Taken = 'user' | 'deleted user' | undefined

async function areTaken(parts: Parts, candidates: readonly Candidate[]): Promise<readonly Taken[]> {
  const users = candidates.map(({ user }) => user)
  const found = await Promise.all(users.map(({ usernameKey }) => parts.store.users.findByUsernameKey(usernameKey)))
  const isAnyReserved = !(await parts.store.write([requiringFree(parts, users)])).landed
  const reserved = isAnyReserved ? await Promise.all(users.map((user) => isReserved(parts, user))) : []
  return users.map((_, index) => (found[index] !== undefined ? 'user' : reserved[index] ? 'deleted user' : undefined))
}

function resultOf({ line, suspect }: Candidate, taken: Taken): readonly ImportResult[] {
  if (taken === undefined) return []
  if (taken === 'deleted user') return [{ line, outcome: 'refused', reason: RESERVED }]
  return [suspect ? { line, outcome: 'refused', reason: TWICE } : { line, outcome: 'present' }]
}

function recordOf(parts: Parts, { createdAt, ...imported }: ImportedUser, now: number): UserRecord {
  return { id: `${USER_ID_PREFIX}${parts.secrets.randomId()}`, ...imported, createdAt: createdAt ?? now, version: 1 }
}

function changesFor(parts: Parts, user: UserRecord, now: number): readonly Change[] {
  const detail = { roles: user.roles }
  return [{ do: 'insert user', user }, auditEvent(parts, OF_OPERATOR, { userId: user.id, action: 'account.import', detail }, now)]
}
