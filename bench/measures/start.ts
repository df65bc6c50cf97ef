// Measures the time from the start of a program to its first response, and the size of an installation.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Context } from '../context.ts'
import { onCores, SERVER_CORE } from '../cpu-affinity.ts'
import { inRounds, measuredOf } from '../rounds.ts'
import { type Measurement, type Row, toRows } from '../rows.ts'

const run = promisify(execFile)
const here = (file: string) => new URL(`../${file}`, import.meta.url).pathname

export async function start(context: Context): Promise<readonly Row[]> {
  const entries = [
    { name: 'bare hono', run: () => firstAnswer(['programs/hono.ts']) },
    { name: 'Latchkey (serve, from its sources)', run: () => firstAnswer(['../src/cli/main.ts', 'serve']) },
    { name: 'Better Auth (SQLite)', run: () => firstAnswer(['programs/better-auth.ts']) },
  ]
  const rows = toRows(
    'start: until the first answer',
    'ms',
    measuredOf(await inRounds(entries, context.rounds, context.reportProgress), (value) => value),
    'bare hono',
    [{ name: 'P10', subject: 'Latchkey (serve, from its sources)', against: 'bare hono', atMost: 2 }],
  )
  return context.quick ? rows : [...rows, ...(await installations(context))]
}

async function firstAnswer([file = '', ...rest]: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'))
  const port = String(20_000 + Math.floor(Math.random() * 20_000))
  const env = { ...process.env, NODE_ENV: 'production', PORT: port, LATCHKEY_SECRET: 'a-secret-for-the-benchmark-alone-0123456789' }
  const startedAt = performance.now()
  const [command, ...args] = onCores(SERVER_CORE, [process.execPath, here(file), ...rest])
  const child = spawn(command, args, { cwd: folder, env, stdio: 'ignore' })
  const gone = once(child, 'exit')
  try {
    while (child.exitCode === null) {
      const answered = await fetch(`http://127.0.0.1:${port}/livez`).then(
        ({ ok }) => ok,
        () => false,
      )
      if (answered) return performance.now() - startedAt
      await pause(2)
    }
    throw new Error(`The program exited with ${child.exitCode}`)
  } finally {
    child.kill('SIGKILL')
    await gone
    await rm(folder, { recursive: true, force: true })
  }
}

async function installations(context: Context): Promise<readonly Row[]> {
  const packages: Measurement[] = []
  const sizes: Measurement[] = []
  const tarball = await packed(context)
  for (const [subject, what] of [
    ['Better Auth (without a database driver)', 'better-auth@1.7.25'],
    ['Latchkey', tarball.file],
  ] as const) {
    context.reportProgress(`installing ${subject}`)
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'))
    await writeFile(join(folder, 'package.json'), '{"private":true}')
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--omit=optional', '--omit=peer', what], { cwd: folder })
    const listed = await run('npm', ['ls', '--all', '--parseable'], { cwd: folder }).catch(({ stdout }: { stdout: string }) => ({ stdout }))
    const { stdout } = await run('du', ['-sk', 'node_modules'], { cwd: folder })
    packages.push({ subject, values: [new Set(listed.stdout.trim().split('\n')).size - 1] })
    sizes.push({ subject, values: [Number.parseInt(stdout, 10) / 1024] })
    await rm(folder, { recursive: true, force: true })
  }
  await rm(tarball.folder, { recursive: true, force: true })
  const against = 'Better Auth (without a database driver)'
  return [
    ...toRows('start: packages installed', 'packages', packages, against),
    ...toRows('start: size of the installation', 'MB', sizes, against),
  ]
}

async function packed({ reportProgress }: Context): Promise<{ readonly folder: string; readonly file: string }> {
  reportProgress('packing Latchkey')
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'))
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: here('..') })
  return { folder, file: join(folder, stdout.trim().split('\n').at(-1) ?? '') }
}
