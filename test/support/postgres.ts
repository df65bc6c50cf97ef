// A real PostgreSQL on a free port with temporary data. It does not run as root, so then it runs as the user postgres.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './raw-http.ts'
import { waitFor } from './wait-for.ts'

export interface RunningPostgres extends AsyncDisposable {
  readonly port: number
  readonly host: string
  /** Creates an empty database and returns its URL. */
  createDatabase(): Promise<string>
  /** The folder of its Unix socket. */
  readonly socketFolder: string
  /** Inserts lines at the beginning of pg_hba.conf. */
  addHbaRules(...lines: readonly string[]): Promise<void>
  /** Starts a hot standby. */
  startStandby(): Promise<RunningPostgres>
  /** Runs SQL with psql. */
  query(database: string, sql: string): string
  /** Sends a signal to every process of the server. */
  signal(signal: NodeJS.Signals): void
  /** Kills all its processes and waits until they have exited. */
  kill(): Promise<void>
  /** Restarts it on the same port with the same data. */
  start(): Promise<void>
}

/** The role that needs a password, once a test has created it. */
export const PASSWORD_USER = 'guarded'

const DEBIAN = '/usr/lib/postgresql'

/** Debian installs the server programs outside of PATH, in a folder for each version. */
function findProgram(name: string): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
  return versions.map((version) => join(DEBIAN, version, 'bin', name)).find((path) => existsSync(path)) ?? name
}

export function postgresOwner(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith('postgres:'))
  const [, , uid, gid] = line?.split(':') ?? []
  if (uid === undefined || gid === undefined) throw new Error('There is no user postgres: npm test says how to install PostgreSQL')
  return { uid: Number(uid), gid: Number(gid) }
}

export async function startPostgres(...settings: readonly string[]): Promise<RunningPostgres> {
  const data = await makeData('initdb', ['-U', 'latchkey', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--locale', 'C.UTF-8'])
  const rules = join(data.data, 'pg_hba.conf')
  await writeFile(rules, `host all ${PASSWORD_USER} 127.0.0.1/32 scram-sha-256\n${await readFile(rules, 'utf8')}`)
  return startWithData(data, settings)
}

interface Data {
  readonly folder: string
  readonly data: string
}

/** @param program the program that creates the data folder */
async function makeData(program: string, args: readonly string[]): Promise<Data> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-postgres-'))
  const as = postgresOwner()
  if (as.uid !== undefined && as.gid !== undefined) await chown(folder, as.uid, as.gid)
  const data = join(folder, 'data')
  const { error, status, stderr } = spawnSync(findProgram(program), ['-D', data, ...args], { ...as, cwd: folder, encoding: 'utf8' })
  if (error) throw new Error('PostgreSQL is missing. As root, run: apt-get install postgresql')
  if (status !== 0) throw new Error(`The PostgreSQL data folder could not be created: ${stderr}`)
  return { folder, data }
}

async function startWithData({ folder, data }: Data, settings: readonly string[]): Promise<RunningPostgres> {
  const as = postgresOwner()
  const port = await freePort()
  const host = '127.0.0.1'
  let child: ChildProcess | undefined
  let databases = 0

  const psql = (database: string, sql: string) =>
    spawnSync('psql', ['-h', host, '-p', String(port), '-U', 'latchkey', '-d', database, '-AtXqc', sql], { encoding: 'utf8' })
  const query = (database: string, sql: string) => {
    const { status, stdout, stderr } = psql(database, sql)
    if (status !== 0) throw new Error(stderr)
    return stdout.trim()
  }
  const options = ['max_connections=200', 'autovacuum=off', `unix_socket_directories=${folder}`, ...settings].flatMap((each) => [
    '-c',
    each,
  ])
  const start = async () => {
    child = spawn(findProgram('postgres'), ['-D', data, '-h', host, '-p', String(port), ...options], {
      ...as,
      cwd: folder,
      stdio: 'ignore',
    })
    await waitFor('PostgreSQL to answer', () => psql('postgres', 'SELECT 1').status === 0)
  }
  const processes = () => [child?.pid, ...childrenOf(child?.pid)].filter((pid) => pid !== undefined)
  const signal = (name: NodeJS.Signals) => {
    for (const pid of processes()) tryKill(pid, name)
  }
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const all = processes()
    const exited = once(child, 'exit')
    for (const pid of all) tryKill(pid, 'SIGKILL')
    await exited
    // Its shared memory is free only when its last process has exited.
    await waitFor('the processes of PostgreSQL to exit', () => all.every((pid) => !isRunning(pid)))
  }
  await start()
  return {
    port,
    host,
    async createDatabase() {
      databases += 1
      const name = `latchkey_${databases}`
      query('postgres', `CREATE DATABASE ${name}`)
      return `postgres://latchkey@${host}:${port}/${name}`
    },
    socketFolder: folder,
    async addHbaRules(...lines) {
      const rules = join(data, 'pg_hba.conf')
      await writeFile(rules, `${lines.join('\n')}\n${await readFile(rules, 'utf8')}`)
      const readAt = () => query('postgres', 'SELECT pg_conf_load_time()')
      const before = readAt()
      query('postgres', 'SELECT pg_reload_conf()')
      // The postmaster reads the rules asynchronously.
      await waitFor('the rules to be read', () => readAt() !== before)
    },
    async startStandby() {
      return startWithData(
        await makeData('pg_basebackup', ['-h', host, '-p', String(port), '-U', 'latchkey', '-R', '-c', 'fast', '--no-sync']),
        settings,
      )
    },
    query,
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
    // It has already exited.
  }
}

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
