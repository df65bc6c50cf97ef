// latchkey serve: one server, or several workers behind one port, until it is told to stop.

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
    .description('serve; everything that is missing is made')
    .option('--workers <n>', 'processes that share the port', parseWorkerCount)
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

/** The server is loaded here, so that no other command has to wait for it. */
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
    if (isSecretEmpty(process.env)) log.warn('LATCHKEY_SECRET is empty, which counts as not set: a secret in a file is used instead')
    if (unknown.length > 0) log.warn({ unknown }, 'there are no such settings: misspelt?')
    if (serving.metricsPort !== undefined) log.info({ port: serving.metricsPort }, 'metrics are served')
  }
  // Kept now, and not at the end: a server can be killed, and the next start should be quick all the same.
  module.flushCompileCache()
  await waitForStopSignal()
  await serving.stop()
  await new Promise<void>((resolve) => log.flush(() => resolve()))
  process.exit(EXIT.success)
}

/** A worker that cannot start tells the first process why. */
async function reportStartFailure(error: unknown): Promise<void> {
  const { reportToPrimary } = await import('../server/workers.ts')
  reportToPrimary({ failed: error instanceof Error ? error.message : String(error) })
  process.disconnect?.()
  process.exitCode = EXIT.failure
}

/**
 * Resolves on the first signal to stop; a second one does not wait. A worker gets one from the first process, and often
 * the same again from a terminal or a service manager that signals them all: it goes on finishing its requests.
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

/** The secret is no flag: arguments stand in process lists. */
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
