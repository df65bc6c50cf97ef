// The input of an import, a file or standard input, and its format.

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { SettingError } from '../../settings.ts'

export const FORMATS = ['csv', 'jsonl'] as const
export type Format = (typeof FORMATS)[number]

const FORMAT_BY_EXTENSION: Readonly<Record<string, Format>> = { '.csv': 'csv', '.jsonl': 'jsonl', '.ndjson': 'jsonl' }

export interface Source {
  readonly chunks: AsyncIterable<Buffer>
  /** In bytes, if known. */
  readonly size: number | undefined
  readonly bytesRead: () => number
}

/** @throws SettingError if neither the option nor the file extension names a format */
export function formatOf(file: string | undefined, given: string | undefined): Format {
  const known = FORMATS.find((format) => format === given)
  if (known) return known
  if (given !== undefined) throw new SettingError(`--format "${given}" is not accepted: ${FORMATS.join(' or ')}.`)
  const byName = file === undefined ? undefined : FORMAT_BY_EXTENSION[extname(file).toLowerCase()]
  if (byName === undefined) throw new SettingError(`The format is unknown: set --format ${FORMATS.join(' or --format ')}.`)
  return byName
}

/** Reading throws once `signal` is aborted. @throws SettingError if there is no such file */
export async function openSource(file: string | undefined, signal: AbortSignal): Promise<Source> {
  if (file === undefined && process.stdin.isTTY) {
    throw new SettingError('Name the file to import, or send it to standard input with --format.')
  }
  const size = file === undefined ? undefined : await sizeOf(file)
  const input = file === undefined ? process.stdin : createReadStream(file, { highWaterMark: 256 * 1024 })
  let bytes = 0
  async function* chunks(): AsyncGenerator<Buffer> {
    const stop = () => input.destroy()
    signal.addEventListener('abort', stop, { once: true })
    for await (const chunk of input as AsyncIterable<Buffer>) {
      signal.throwIfAborted()
      bytes += chunk.length
      yield chunk
    }
    signal.throwIfAborted()
  }
  return { chunks: chunks(), size, bytesRead: () => bytes }
}

async function sizeOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new SettingError(error.code === 'ENOENT' ? `There is no file ${file}.` : `The file ${file} cannot be read: ${error.message}.`)
  })
  if (found.isDirectory()) throw new SettingError(`${file} is a directory: name a file.`)
  // A named pipe has no size.
  return found.isFile() ? found.size : undefined
}
