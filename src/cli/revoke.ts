// latchkey session revoke: counts, ends, and says who has heard of it.

import type { Command } from 'commander'
import { AuthError, StoreError } from '../domain/errors.ts'
import type { Engine } from '../engine/engine.ts'
import type { PropagationReport } from '../engine/revocation-acknowledgement.ts'
import { countRevocable, type RevocationCounts, type RevocationTarget, revoke } from '../engine/revoke.ts'
import { SettingError } from '../settings.ts'
import { notFound } from './command-error.ts'
import { print } from './output.ts'
import { Progress } from './progress.ts'
import {
  formatAcknowledgement,
  formatCounting,
  formatDryRun,
  formatInterrupted,
  formatProgress,
  formatResult,
  formatStart,
} from './revoke-output.ts'
import { timeArgument } from './time-argument.ts'
import { type CommandOptions, withEngine } from './with-engine.ts'

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
      await withEngine(options, options.dryRun ? 'read' : 'change', (engine) =>
        runRevoke(engine, parseRevocation(id, options, engine.clock.now()), options),
      )
    })
}

async function runRevoke(engine: Engine, what: RevocationTarget, options: RevokeOptions): Promise<AuthError | undefined> {
  const writeLine = (line: string) => (options.json ? undefined : process.stdout.write(`${line}\n`))
  const counting = trackProgress(options, formatCounting)
  const found = await countRevocable(engine, what, counting.update).finally(counting.clear)
  if (found instanceof AuthError) return errorFor(found, what)
  if (options.dryRun) {
    print({ found }, options, formatDryRun(found, what))
    return undefined
  }
  writeLine(formatStart(found, what))
  const revokeProgress = trackProgress(options, (soFar, elapsed) => formatProgress(found, soFar, elapsed))
  using interrupt = abortOnSignal()
  const ended = await revoke(engine, 'operator', what, (soFar) => {
    revokeProgress.update(soFar)
    interrupt.signal.throwIfAborted()
  })
    .catch((error: unknown) => {
      revokeProgress.clear()
      writeLine(formatInterrupted(revokeProgress.reached))
      throw error
    })
    .finally(revokeProgress.clear)
  interrupt[Symbol.dispose]()
  if (ended instanceof AuthError) return errorFor(ended, what)
  writeLine(formatResult(ended))
  const acknowledged = await requestAcknowledgement(engine)
  const { sessions, rememberMe } = ended
  print({ found, ended: { sessions, rememberMe }, acknowledged }, options, formatAcknowledgement(acknowledged))
  return undefined
}

/** @throws SettingError */
function parseRevocation(id: string | undefined, { user, lineage, before, all }: RevokeOptions, now: number): RevocationTarget {
  const given = [id, user, lineage, before, all].filter((one) => one !== undefined)
  if (given.length === 1) {
    if (id !== undefined) return { id }
    if (user !== undefined) return { user }
    if (lineage !== undefined) return { lineage }
    return before === undefined ? { all: true } : { before: pastTime(before, now) }
  }
  throw new SettingError('Say what to revoke, one of: an id from `latchkey session list`, --user NAME, --lineage ID, --before TIME, --all.')
}

/** @throws SettingError */
function pastTime(text: string, now: number): number {
  const at = timeArgument('--before', text)
  if (at > now) throw new SettingError(`--before is "${text}", which lies ahead; accepted: a time that has passed. --all ends everything.`)
  return at
}

/** Stops between two writes; the second signal ends the process as usual. */
function abortOnSignal(): Disposable & { readonly signal: AbortSignal } {
  const stop = new AbortController()
  const onSignal = (name: NodeJS.Signals) => stop.abort(new Error(`Stopped by ${name}.`))
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  return { signal: stop.signal, [Symbol.dispose]: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) }
}

/** Shows how far it is, where it takes long. */
function trackProgress({ json = false }: RevokeOptions, lineOf: (soFar: RevocationCounts, elapsed: number) => string) {
  const progress = json ? undefined : new Progress(process.stderr, () => performance.now(), lineOf)
  const tracker = {
    reached: undefined as RevocationCounts | undefined,
    update: (soFar: RevocationCounts) => {
      tracker.reached = soFar
      progress?.update(soFar)
    },
    clear: () => progress?.clear(),
  }
  return tracker
}

/** Null when nobody could be asked; what has ended stays ended. */
async function requestAcknowledgement(engine: Engine): Promise<PropagationReport | null> {
  try {
    return await engine.acknowledgementCollector.confirmPropagation()
  } catch (error) {
    if (error instanceof StoreError) return null
    throw error
  }
}

function errorFor(refusal: AuthError, what: RevocationTarget): AuthError {
  if (refusal.code !== 'resource.not_found') return refusal
  if ('user' in what) return notFound(`user ${what.user}`)
  if ('lineage' in what) return notFound(`live lineage ${what.lineage}`)
  return 'id' in what ? notFound(`live credential ${what.id}`) : refusal
}
