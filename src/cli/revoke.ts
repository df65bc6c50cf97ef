// latchkey session revoke: counts and revokes credentials, and reports which processes have acknowledged it.

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
    .description('Revoke a session, a remember-me login with its sessions, or several at once. It takes effect everywhere within a second')
    .option('--user <name>', 'Revoke everything of this user')
    .option('--lineage <id>', 'Revoke a lineage: a remember-me login with its sessions, by the id of any of them')
    .option('--before <time>', 'Revoke every lineage of all users that started before this time: 2026-11-24 or 2026-11-24T10:00:00Z')
    .option('--all', 'Revoke everything of all users')
    .option('--dry-run', 'Count what would be revoked, and revoke nothing')
    .action(async (id: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RevokeOptions>()
      await withEngine(options, options.dryRun ? 'read' : 'change', (engine) =>
        runRevoke(engine, parseRevocation(id, options, engine.clock.now()), options),
      )
    })
}

async function runRevoke(engine: Engine, target: RevocationTarget, options: RevokeOptions): Promise<AuthError | undefined> {
  const writeLine = (line: string) => (options.json ? undefined : process.stdout.write(`${line}\n`))
  const counting = trackProgress(options, formatCounting)
  const found = await countRevocable(engine, target, counting.update).finally(counting.clear)
  if (found instanceof AuthError) return errorFor(found, target)
  if (options.dryRun) {
    print({ found }, options, formatDryRun(found, target))
    return undefined
  }
  writeLine(formatStart(found, target))
  const revokeProgress = trackProgress(options, (soFar, elapsed) => formatProgress(found, soFar, elapsed))
  using interrupt = abortOnSignal()
  const revoked = await revoke(engine, 'operator', target, (soFar) => {
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
  if (revoked instanceof AuthError) return errorFor(revoked, target)
  writeLine(formatResult(revoked))
  const acknowledged = await requestAcknowledgement(engine)
  const { sessions, rememberMe } = revoked
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
  throw new SettingError('Name exactly one target: an id from `latchkey session list`, --user NAME, --lineage ID, --before TIME or --all.')
}

/** @throws SettingError */
function pastTime(text: string, now: number): number {
  const at = timeArgument('--before', text)
  if (at > now)
    throw new SettingError(`--before is "${text}", which is in the future; accepted: a time in the past. To revoke everything, use --all.`)
  return at
}

/** The first signal stops between two writes; the second one terminates the process. */
function abortOnSignal(): Disposable & { readonly signal: AbortSignal } {
  const stop = new AbortController()
  const onSignal = (name: NodeJS.Signals) => stop.abort(new Error(`Interrupted by ${name}.`))
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  return { signal: stop.signal, [Symbol.dispose]: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) }
}

/** Shows the progress of a long revocation. */
function trackProgress({ json = false }: RevokeOptions, formatLine: (soFar: RevocationCounts, elapsed: number) => string) {
  const progress = json ? undefined : new Progress(process.stderr, () => performance.now(), formatLine)
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

/** Null if it could not be requested; the revocation itself is committed. */
async function requestAcknowledgement(engine: Engine): Promise<PropagationReport | null> {
  try {
    return await engine.acknowledgementCollector.confirmPropagation()
  } catch (error) {
    if (error instanceof StoreError) return null
    throw error
  }
}

function errorFor(error: AuthError, target: RevocationTarget): AuthError {
  if (error.code !== 'resource.not_found') return error
  if ('user' in target) return notFound(`user ${target.user}`)
  if ('lineage' in target) return notFound(`active lineage ${target.lineage}`)
  return 'id' in target ? notFound(`active session or remember-me login ${target.id}`) : error
}
