// A real PostgreSQL on a free port with throw-away data. It refuses to run as root: there it runs as Debian's own user for it.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './connections.ts'
import { until } from './until.ts'

export interface RunningPostgres extends AsyncDisposable {
  readonly port: number
  readonly host: string
  /** Makes an empty database and returns its URL. */
  createDatabase(): Promise<string>
  /** Runs SQL with Debian's own client. */
  ask(database: string, sql: string): string
  /** Sends a signal to every process of the server. */
  signal(signal: NodeJS.Signals): void
  /** Kills every process of it and waits until they are gone. */
  kill(): Promise<void>
  /** Starts it again on the same port over the same data. */
  start(): Promise<void>
}

/** The one user who is asked for a password, once a test has made that user. */
export const GUARDED = 'guarded'

const DEBIAN = '/usr/lib/postgresql'

/** Debian keeps the server's programs out of the path, a folder for each version. */
function program(name: string): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
  return versions.map((version) => join(DEBIAN, version, 'bin', name)).find((path) => existsSync(path)) ?? name
}

function owner(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith('postgres:'))
  const [, , uid, gid] = line?.split(':') ?? []
  if (uid === undefined || gid === undefined) throw new Error('There is no user postgres: npm test says how to install PostgreSQL')
  return { uid: Number(uid), gid: Number(gid) }
}

export async function startPostgres(...settings: readonly string[]): Promise<RunningPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-postgres-'))
  const as = owner()
  if (as.uid !== undefined && as.gid !== undefined) await chown(folder, as.uid, as.gid)
  const data = join(folder, 'data')
  const init = spawnSync(
    program('initdb'),
    ['-D', data, '-U', 'latchkey', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--locale', 'C.UTF-8'],
    {
      ...as,
      cwd: folder,
      encoding: 'utf8',
    },
  )
  if (init.error) throw new Error('The programs of PostgreSQL are missing. As root, type: apt-get install postgresql')
  if (init.status !== 0) throw new Error(`PostgreSQL could not be made: ${init.stderr}`)
  const rules = join(data, 'pg_hba.conf')
  await writeFile(rules, `host all ${GUARDED} 127.0.0.1/32 scram-sha-256\n${await readFile(rules, 'utf8')}`)
  const port = await freePort()
  const host = '127.0.0.1'
  let child: ChildProcess | undefined
  let databases = 0

  const psql = (database: string, sql: string) =>
    spawnSync('psql', ['-h', host, '-p', String(port), '-U', 'latchkey', '-d', database, '-AtXqc', sql], { encoding: 'utf8' })
  const ask = (database: string, sql: string) => {
    const { status, stdout, stderr } = psql(database, sql)
    if (status !== 0) throw new Error(stderr)
    return stdout.trim()
  }
  const options = ['max_connections=200', 'autovacuum=off', `unix_socket_directories=${folder}`, ...settings].flatMap((each) => [
    '-c',
    each,
  ])
  const start = async () => {
    child = spawn(program('postgres'), ['-D', data, '-h', host, '-p', String(port), ...options], { ...as, cwd: folder, stdio: 'ignore' })
    await until('PostgreSQL to answer', () => psql('postgres', 'SELECT 1').status === 0)
  }
  const processes = () => [child?.pid, ...childrenOf(child?.pid)].filter((pid) => pid !== undefined)
  const signal = (name: NodeJS.Signals) => {
    for (const pid of processes()) tryKill(pid, name)
  }
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const all = processes()
    const gone = once(child, 'exit')
    for (const pid of all) tryKill(pid, 'SIGKILL')
    await gone
    // Its shared memory is free only when the last of its processes is gone.
    await until('the processes of PostgreSQL to be gone', () => all.every((pid) => !isRunning(pid)))
  }
  await start()
  return {
    port,
    host,
    async createDatabase() {
      databases += 1
      const name = `latchkey_${databases}`
      ask('postgres', `CREATE DATABASE ${name}`)
      return `postgres://latchkey@${host}:${port}/${name}`
    },
    ask,
    signal,
    kill,
    start,
    async [Symbol.asyncDispose]() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function childrenOf(pid: number | undefined): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself meanwhile.
  }
}

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
