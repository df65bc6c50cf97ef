// latchkey session revoke: counts, ends, and says who has heard of it.

import type { Command } from 'commander'
import { AuthError, StoreError } from '../domain/errors.ts'
import type { Engine } from '../engine/engine.ts'
import { countToRevoke, type Revocation, type RevokeCounts, revoke } from '../engine/revoke.ts'
import type { Acknowledged } from '../engine/roll-call.ts'
import { SettingError } from '../settings.ts'
import { print } from './output.ts'
import { grouped, Progress, perSecond, timeLeft } from './progress.ts'
import { timeArgument } from './time-argument.ts'
import { type CommandOptions, notFound, withEngine } from './with-engine.ts'

interface RevokeOptions extends CommandOptions {
  readonly user?: string
  readonly lineage?: string
  readonly before?: string
  readonly all?: true
  readonly dryRun?: true
}

export function addRevokeCommand(session: Command): void {
  session
    .command('revoke [id]')
    .description('end a session, a remembered login with all it started, or more at once; effective within a second everywhere')
    .option('--user <name>', 'everything of this user')
    .option('--lineage <id>', 'a remembered login and every session it started, by the id of any of them')
    .option('--before <time>', 'every lineage that began before this time, of all users: 2026-11-24 or 2026-11-24T10:00:00Z')
    .option('--all', 'everything of all users')
    .option('--dry-run', 'count what would end, and end nothing')
    .action(async (id: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RevokeOptions>()
      await withEngine(options, (engine) => run(engine, revocationOf(id, options, engine.clock.now()), options))
    })
}

async function run(engine: Engine, what: Revocation, options: RevokeOptions): Promise<AuthError | undefined> {
  const found = await watched(options, countingLine, (onCounted) => countToRevoke(engine, what, onCounted))
  if (found instanceof AuthError) return refusalFor(found, what)
  if (options.dryRun) {
    print({ found }, options, `Would end ${those(found, what)}. Nothing was ended.`)
    return undefined
  }
  if (!options.json) process.stdout.write(`Ending ${those(found, what)}.\n`)
  const revoked = await watched(options, endingLine(found), (onEnded) => revoke(engine, what, onEnded))
  if (revoked instanceof AuthError) return refusalFor(revoked, what)
  if (!options.json) process.stdout.write(`${credentials(revoked)} ended.\n`)
  const acknowledged = await acknowledgementOf(engine)
  const { sessions, remembered } = revoked
  print({ found, ended: { sessions, remembered }, acknowledged }, options, acknowledgementLine(acknowledged))
  return undefined
}

/** @throws SettingError */
function revocationOf(id: string | undefined, { user, lineage, before, all }: RevokeOptions, now: number): Revocation {
  const given = [id, user, lineage, before, all].filter((one) => one !== undefined)
  if (given.length === 1) {
    if (id !== undefined) return { id }
    if (user !== undefined) return { user }
    if (lineage !== undefined) return { lineage }
    if (before !== undefined) return { before: pastTime(before, now) }
    return { all: true }
  }
  throw new SettingError('Say what to revoke, one of: an id from `latchkey session list`, --user NAME, --lineage ID, --before TIME, --all.')
}

/** @throws SettingError */
function pastTime(text: string, now: number): number {
  const at = timeArgument('--before', text)
  if (at > now) throw new SettingError(`--before is "${text}", which lies ahead; accepted: a time that has passed. --all ends everything.`)
  return at
}

/** Shows how far it is, and where it fails, how far it came. */
async function watched(
  { json = false }: RevokeOptions,
  lineOf: (soFar: RevokeCounts, elapsed: number) => string,
  work: (onProgress: (soFar: RevokeCounts) => void) => Promise<RevokeCounts | AuthError>,
): Promise<RevokeCounts | AuthError> {
  const progress = json ? undefined : new Progress(process.stderr, () => performance.now(), lineOf)
  let reached: RevokeCounts | undefined
  try {
    return await work((soFar) => {
      reached = soFar
      progress?.update(soFar)
    })
  } catch (error) {
    progress?.clear()
    if (reached !== undefined && !json) process.stderr.write(`latchkey: ${lineOf(reached, 0)}. Run it again to go on.\n`)
    throw error
  } finally {
    progress?.clear()
  }
}

function countingLine(soFar: RevokeCounts): string {
  return `${credentials(soFar)} counted`
}

function endingLine(found: RevokeCounts) {
  return (soFar: RevokeCounts, elapsed: number): string => {
    const [all, done] = [found.sessions + found.remembered, soFar.sessions + soFar.remembered]
    const told = `${grouped(done)} of ${grouped(all)} ended`
    return elapsed > 0 && done > 0 ? `${told}, ${perSecond(done, elapsed)}, ${timeLeft(Math.min(1, done / all), elapsed)}` : told
  }
}

/** Undefined when nobody could be asked; what has ended stays ended. */
async function acknowledgementOf(engine: Engine): Promise<Acknowledged | null> {
  try {
    return await engine.rollCall.take()
  } catch (error) {
    if (error instanceof StoreError) return null
    throw error
  }
}

const OTHERS = 'Who cannot hear the log accepts nothing from memory after one second.'

function acknowledgementLine(acknowledged: Acknowledged | null): string {
  if (acknowledged === null) return `Who has heard of it could not be asked. ${OTHERS}`
  const { processes, verifiers, behind, milliseconds } = acknowledged
  if (milliseconds === null) return `Nobody has answered: no server is running on this database, or none can hear the log. ${OTHERS}`
  const all = behind === 0 ? counted(verifiers, 'verifier') : `${grouped(verifiers)} of ${counted(verifiers + behind, 'verifier')}`
  const heard = `Heard by ${counted(processes, 'process', 'processes')} and ${all}; the last after ${grouped(Math.round(milliseconds))} ms.`
  return behind === 0 ? heard : `${heard} ${OTHERS}`
}

function refusalFor(refusal: AuthError, what: Revocation): AuthError {
  if (refusal.code !== 'not_found') return refusal
  if ('user' in what) return notFound(`user ${what.user}`)
  if ('lineage' in what) return notFound(`live lineage ${what.lineage}`)
  return 'id' in what ? notFound(`live credential ${what.id}`) : refusal
}

function those(found: RevokeCounts, what: Revocation): string {
  const whose = `${credentials(found)} of ${counted(found.users, 'user')}`
  return 'before' in what ? `${whose}, in lineages that began before ${new Date(what.before).toISOString()}` : whose
}

function credentials({ sessions, remembered }: RevokeCounts): string {
  return `${counted(sessions, 'session')} and ${counted(remembered, 'remembered login')}`
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}
