// Reads a password from a hidden prompt or from the first line of standard input. Never from an argument: those are visible in
// process lists and shell histories.

import { isUtf8 } from 'node:buffer'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { SettingError } from '../settings.ts'

/** In bytes: more than any accepted password. */
const MAX_LINE = 64 * 1024

/** @throws SettingError if it is empty or not UTF-8 */
export async function readPassword(prompt: string): Promise<string> {
  const password = process.stdin.isTTY ? await promptHidden(prompt) : await firstLine()
  if (password === '')
    throw new SettingError('No password was given: enter it at the prompt, or send it as the first line of standard input.')
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
  // Decoding it would replace bytes, and the user could never enter that password.
  if (!isUtf8(line)) throw new SettingError('The password on standard input is not UTF-8: send it as UTF-8.')
  // Windows editors and shells put an invisible byte order mark before the text.
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
