// latchkey serve: runs one server, or several workers on one port, until a signal stops it.

import cluster from 'node:cluster'
import module from 'node:module'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { isProduction } from '../compose.ts'
import { publicUrlWarning } from '../public-url.ts'
import { flagOf, isSecretEmpty, loadSettings, unknownSettingNames } from '../server/load-settings.ts'
import { SETTING_KEYS, SETTINGS, type SettingInputs, type SettingKey } from '../settings.ts'
import { EXIT, fail, type OutputOptions } from './output.ts'

type ServeFlags = OutputOptions & { readonly workers?: number }

const MAX_WORKERS = 64

export function addServeCommand(program: Command): void {
  const command = program
    .command('serve')
    .description('Start the server; creates the database and the secret if missing')
    .option('--workers <n>', 'Number of processes that share the port', parseWorkerCount)
  for (const key of flagKeys()) command.addOption(new Option(`${flagOf(key)} <value>`, describeFlag(key)))
  command.action(async (_options: unknown, invoked: Command) => {
    const options = invoked.optsWithGlobals<ServeFlags>()
    try {
      await runServer(options, readFlags(invoked))
    } catch (error) {
      if (cluster.isWorker) await reportStartFailure(error)
      else fail(error, options)
    }
  })
}

/** Loads the server modules on demand, so that other commands start faster. */
async function runServer({ workers = 1, json = false }: ServeFlags, flags: SettingInputs): Promise<void> {
  const [{ createLog }, { serve }, { serveWorkers, reportToPrimary }] = await Promise.all([
    import('../server/log.ts'),
    import('../server/serve.ts'),
    import('../server/workers.ts'),
  ])
  const settings = await loadSettings(process.env, process.cwd(), flags)
  const log = await createLog(settings.logLevel)
  const isPrimary = workers > 1 && cluster.isPrimary
  const labels = cluster.isWorker ? { worker: String(cluster.worker?.id) } : {}
  const serving = isPrimary
    ? await serveWorkers(workers, settings, log)
    : await serve(settings, { log, labels, ownsMetricsPort: !cluster.isWorker })
  const { url, publicUrl } = serving
  if (cluster.isWorker) reportToPrimary({ listening: { url, publicUrl } })
  else
    process.stdout.write(
      json
        ? `${JSON.stringify({ url, publicUrl })}\n`
        : `Latchkey listens on ${url}${url === publicUrl ? '' : `, public URL ${publicUrl}`}\n`,
    )

  if (!cluster.isWorker) {
    const warning = publicUrlWarning(settings.publicUrl, isProduction())
    if (warning !== undefined) log.warn(warning)
    const unknown = unknownSettingNames(process.env)
    if (isSecretEmpty(process.env)) log.warn('LATCHKEY_SECRET is empty and ignored: the secret file is used instead')
    if (unknown.length > 0) log.warn({ unknown }, 'unknown settings: check their spelling')
    if (serving.metricsPort !== undefined) log.info({ port: serving.metricsPort }, 'metrics are served')
  }
  // Flushed now and not at exit, so that the next start is fast even if this process is killed.
  module.flushCompileCache()
  await waitForStopSignal()
  await serving.stop()
  await new Promise<void>((resolve) => log.flush(() => resolve()))
  process.exit(EXIT.success)
}

/** Reports to the primary process why this worker cannot start. */
async function reportStartFailure(error: unknown): Promise<void> {
  const { reportToPrimary } = await import('../server/workers.ts')
  reportToPrimary({ failed: error instanceof Error ? error.message : String(error) })
  process.disconnect?.()
  process.exitCode = EXIT.failure
}

/**
 * Resolves on the first stop signal; a second one exits immediately. Workers ignore the second: besides that of the primary, they
 * often get the signal of a terminal or a service manager, and must finish their requests.
 */
function waitForStopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false
    const stop = () => {
      if (isStopping && cluster.isPrimary) process.exit(EXIT.failure)
      isStopping = true
      resolve()
    }
    process.on('SIGTERM', stop).on('SIGINT', stop)
  })
}

/** The secret has no flag: arguments are visible in process lists. */
function flagKeys(): readonly SettingKey[] {
  return SETTING_KEYS.filter((key) => key !== 'secret')
}

function readFlags(command: Command): SettingInputs {
  const given = command.optsWithGlobals<Readonly<Record<string, string | undefined>>>()
  return Object.fromEntries(flagKeys().map((key) => [key, given[camelCased(flagOf(key))]]))
}

function camelCased(flag: string): string {
  return flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function describeFlag(key: SettingKey): string {
  const { about, name, accepted } = SETTINGS[key]
  const fallback = 'fallbackText' in SETTINGS[key] ? `; default ${SETTINGS[key].fallbackText}` : ''
  return `${about} (${name}: ${accepted}${fallback})`
}

function parseWorkerCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > MAX_WORKERS)
    throw new InvalidArgumentError(`accepted: a number from 1 to ${MAX_WORKERS}`)
  return count
}
