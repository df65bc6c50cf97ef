// Runs external programs and returns their output.

import { ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { pythonWith } from '../../tools/debian-packages.ts'

export interface ExecOptions {
  readonly cwd?: string
  readonly input?: string
  readonly env?: NodeJS.ProcessEnv
}

/** Runs a program and returns its stdout. @throws AssertionError with its output when it fails */
export async function exec(program: string, args: readonly string[], options: ExecOptions = {}): Promise<string> {
  const { cwd, input = '', env = process.env } = options
  const child = spawn(program, args, { cwd, env, stdio: 'pipe' })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  // A program may exit without reading stdin.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  await once(child, 'close')
  ok(child.exitCode === 0, `${program} ${args[0] ?? ''} exited with ${child.exitCode}:\n${stdout}${stderr}`)
  return stdout
}

/** Runs a Python script of test/clients. */
export async function execPython(script: string, ...args: readonly string[]): Promise<string> {
  const interpreter = pythonWith('requests')
  ok(interpreter !== undefined, 'Python with requests is missing: npm test says how to install it')
  return exec(interpreter, [new URL(`../clients/${script}`, import.meta.url).pathname, ...args])
}
