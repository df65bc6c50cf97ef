// latchkey user import: imports users with their password hashes from a file or standard input.

import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Engine } from '../../engine/engine.ts'
import { type ImportLine, importUsers } from '../../engine/import-users.ts'
import { SettingError } from '../../settings.ts'
import { EXIT, fail, print } from '../output.ts'
import { formatCount, Progress } from '../progress.ts'
import { type CommandOptions, withEngine } from '../with-engine.ts'
import { readLines } from './lines.ts'
import { progressLine } from './progress.ts'
import { readJsonLines } from './read-json-lines.ts'
import { RejectedRows } from './rejected-rows.ts'
import { type Format, formatOf, openSource, type Source } from './source.ts'

interface ImportCommandOptions extends CommandOptions {
  readonly format?: string
  readonly rejects?: string
  readonly dryRun?: boolean
}

interface Summary {
  readonly imported: number
  readonly present: number
  readonly refused: number
  /** The last line that was processed. */
  readonly lastLine: number
  readonly stopped: boolean
  readonly dryRun: boolean
}

export function addImportCommand(user: Command): void {
  user
    .command('import [file]')
    .description('Import users with their password hashes: CSV or JSON lines, from a file or standard input')
    .option('--format <format>', 'Format of the input, csv or jsonl; default: by the extension of the file')
    .option('--rejects <file>', 'Write the numbers of all rejected lines, with reasons, to this file')
    .option('--dry-run', 'Check the input without importing it')
    .action(async (file: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ImportCommandOptions>()
      const path = file === '-' ? undefined : file
      const stop = new AbortController()
      const onSignal = () => stop.abort()
      try {
        const format = formatOf(path, options.format)
        if (path !== undefined && options.rejects !== undefined && resolve(path) === resolve(options.rejects)) {
          throw new SettingError('--rejects names the file to import: choose another file.')
        }
        const source = await openSource(path, stop.signal)
        // The second signal ends the process as usual.
        process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
        await withEngine(options, options.dryRun ? 'check' : 'create', async (engine) => {
          const summary = await importFile(engine, source, format, stop.signal, options)
          print(summary, options, summaryText(summary))
          if (summary.refused > 0 || summary.stopped) process.exitCode = EXIT.failure
          return undefined
        })
      } catch (error) {
        fail(error, options)
      } finally {
        process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
      }
    })
}

async function importFile(
  engine: Engine,
  source: Source,
  format: Format,
  signal: AbortSignal,
  { json = false, rejects: rejectsFile, dryRun = false }: ImportCommandOptions,
): Promise<Summary> {
  const progress = json ? undefined : new Progress(process.stderr, () => performance.now(), progressLine)
  const rejects = await RejectedRows.open(rejectsFile, (line, refused) => {
    progress?.clear()
    process.stderr.write(json ? `${JSON.stringify({ line, refused })}\n` : `latchkey: line ${line}: ${refused}\n`)
  })
  let imported = 0
  let present = 0
  let lastLine = 0
  let stopped = false
  try {
    for await (const result of importUsers(engine, await readRows(source, format), { dryRun })) {
      lastLine = result.line
      if (result.outcome === 'imported') imported += 1
      else if (result.outcome === 'present') present += 1
      else await rejects.add(result.line, result.reason)
      const fraction = source.size ? source.bytesRead() / source.size : undefined
      progress?.update({ rows: imported + present + rejects.count, refused: rejects.count, fraction })
    }
  } catch (error) {
    // The caller reports the error itself; here only how far the import came.
    if (!signal.aborted) {
      progress?.clear()
      if (lastLine > 0 && !json)
        process.stderr.write(`latchkey: all lines up to ${lastLine} are done. Run the command again to continue.\n`)
      throw error
    }
    stopped = true
  } finally {
    progress?.clear()
    await rejects.close()
  }
  if (rejects.unprinted > 0 && !json) process.stderr.write(`latchkey: ${formatCount(rejects.unprinted)} more lines were rejected.\n`)
  return { imported, present, refused: rejects.count, lastLine, stopped, dryRun }
}

async function readRows(source: Source, format: Format): Promise<AsyncIterable<ImportLine>> {
  const lines = readLines(source.chunks)
  if (format === 'jsonl') return readJsonLines(lines)
  // Loaded on demand, so that `serve` starts without the CSV library.
  const { readCsv } = await import('./read-csv.ts')
  return readCsv(lines)
}

function summaryText({ imported, present, refused, lastLine, stopped, dryRun }: Summary): string {
  const done = dryRun ? 'would be imported; nothing was written' : 'imported'
  const counts = `${formatCount(imported)} ${imported === 1 ? 'user' : 'users'} ${done}; ${formatCount(present)} already existed; ${formatCount(refused)} rejected.`
  return stopped ? `${counts} Interrupted after line ${lastLine}: run the command again to continue.` : counts
}
