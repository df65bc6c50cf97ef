// The output of commands: sentences and tables or JSON on standard output, errors as one line on standard error.

import { withoutPasswords } from '../connection-strings/masking.ts'
import { AuthError, StoreError } from '../domain/errors.ts'
import { SettingError } from '../settings.ts'

export const EXIT = { success: 0, failure: 1, usage: 2 } as const

export interface OutputOptions {
  readonly json?: boolean
}

export function print(result: unknown, { json = false }: OutputOptions, sentence: string): void {
  process.stdout.write(`${json ? JSON.stringify(result) : sentence}\n`)
}

export type Row = Readonly<Record<string, string | number | boolean | null>>

/** Formats a table; each column is as wide as its widest cell. */
export function table(rows: readonly Row[], columns: readonly string[], whenEmpty: string): string {
  if (rows.length === 0) return whenEmpty
  const cells = [columns.map((column) => column.toUpperCase()), ...rows.map((row) => columns.map((column) => String(row[column] ?? '')))]
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)))
  return cells
    .map((line) =>
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Prints the error as one line on standard error, and sets the exit code. */
export function fail(error: unknown, options: OutputOptions = {}): void {
  const [code, exit] = classifyError(error)
  writeError(code, error instanceof AuthError || error instanceof Error ? error.message : String(error), options)
  process.exitCode = exit
}

/** Prints a usage error as one line. */
export function failUsage(text: string, options: OutputOptions): void {
  // Commander quotes an unknown option with its value, which may be a secret.
  writeError('usage', text.replace(/^error: /, '').replace(/(unknown option '[^'=]*)=.*'/s, "$1=…'"), options)
  process.exitCode = EXIT.usage
}

/** Prints a warning as one line on standard error. */
export function warn(message: string, { json = false }: OutputOptions = {}): void {
  process.stderr.write(json ? `${JSON.stringify({ warning: message })}\n` : `latchkey: warning: ${message}\n`)
}

function writeError(code: string, message: string, { json = false }: OutputOptions): void {
  const line = withoutPasswords(message)
    .trim()
    .replace(/\s*\n\s*/g, ' ')
  process.stderr.write(json ? `${JSON.stringify({ error: { code, message: line } })}\n` : `latchkey: ${line}\n`)
}

function classifyError(error: unknown): readonly [string, number] {
  if (error instanceof AuthError) return [error.code, EXIT.failure]
  if (error instanceof SettingError) return ['setting', EXIT.usage]
  if (error instanceof StoreError) return ['store.unavailable', EXIT.failure]
  return ['failed', EXIT.failure]
}
