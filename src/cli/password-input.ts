// A password for a command: typed unseen at a terminal, or the first line of standard input. Never an argument: those
// stand in process lists and shell histories.

import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { SettingError } from '../settings.ts'

/** @throws SettingError when there is none */
export async function readPassword(prompt: string): Promise<string> {
  const password = process.stdin.isTTY ? await typedUnseen(prompt) : await firstLine()
  if (password === '')
    throw new SettingError('No password was given: type it at the prompt, or send it as the first line of standard input.')
  return password
}

async function firstLine(): Promise<string> {
  const reader = createInterface({ input: process.stdin })
  for await (const line of reader) {
    reader.close()
    return line
  }
  return ''
}

async function typedUnseen(prompt: string): Promise<string> {
  process.stderr.write(`${prompt}: `)
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: process.stdin, output: unseen, terminal: true })
  try {
    return await reader.question('')
  } finally {
    reader.close()
    process.stderr.write('\n')
  }
}
