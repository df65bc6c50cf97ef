// A password for a command: typed unseen at a terminal, or the first line of standard input. Never an argument: those
// stand in process lists and shell histories.

import { isUtf8 } from 'node:buffer'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { SettingError } from '../settings.ts'

/** Bytes: more than any password that is accepted takes. */
const MAX_LINE = 64 * 1024

/** @throws SettingError when there is none, or it is not UTF-8 */
export async function readPassword(prompt: string): Promise<string> {
  const password = process.stdin.isTTY ? await promptHidden(prompt) : await firstLine()
  if (password === '')
    throw new SettingError('No password was given: type it at the prompt, or send it as the first line of standard input.')
  return password
}

async function firstLine(): Promise<string> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    const end = chunk.indexOf('\n')
    pieces.push(end === -1 ? chunk : chunk.subarray(0, end))
    length += chunk.length
    if (end !== -1 || length > MAX_LINE) break
  }
  const line = Buffer.concat(pieces)
  // Decoded all the same, it would be a password that nobody can type.
  if (!isUtf8(line)) throw new SettingError('The password on standard input is not UTF-8: send it as UTF-8.')
  // Editors and shells of Windows put a mark before the text, which nobody sees.
  return line
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replace(/\r$/, '')
}

async function promptHidden(prompt: string): Promise<string> {
  process.stderr.write(`${prompt}: `)
  const sink = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: process.stdin, output: sink, terminal: true })
  try {
    return await reader.question('')
  } finally {
    reader.close()
    process.stderr.write('\n')
  }
}
