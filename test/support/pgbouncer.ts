// A real PgBouncer in front of a real PostgreSQL, on a free port. It refuses to run as root: there it runs as Debian's user postgres.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { postgresOwner, type RunningPostgres } from './postgres.ts'
import { freePort } from './raw-http.ts'
import { waitFor } from './wait-for.ts'

export interface RunningPgBouncer extends AsyncDisposable {
  readonly port: number
  /** The same database, through the pooler. */
  poolerUrl(url: string): string
  /** Gives it other settings while it runs. */
  reload(...settings: readonly string[]): Promise<void>
}

/** @param settings of its configuration, such as `pool_mode = transaction` */
export async function startPgBouncer(postgres: RunningPostgres, ...settings: readonly string[]): Promise<RunningPgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-pgbouncer-'))
  const as = postgresOwner()
  const port = await freePort()
  const [configuration, users] = [join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')]
  const configure = (given: readonly string[]) =>
    writeFile(
      configuration,
      [
        '[databases]',
        `* = host=${postgres.host} port=${postgres.port}`,
        '[pgbouncer]',
        `listen_addr = ${postgres.host}`,
        `listen_port = ${port}`,
        'unix_socket_dir =',
        'auth_type = trust',
        `auth_file = ${users}`,
        'admin_users = latchkey',
        ...given,
        '',
      ].join('\n'),
    )
  await configure(settings)
  await writeFile(users, '"latchkey" ""\n')
  if (as.uid !== undefined && as.gid !== undefined) for (const path of [folder, configuration, users]) await chown(path, as.uid, as.gid)
  const child: ChildProcess = spawn('pgbouncer', ['-q', configuration], { ...as, cwd: folder, stdio: 'ignore' })
  child.once('error', () => {})
  const manage = (command: string) =>
    spawnSync('psql', ['-h', postgres.host, '-p', String(port), '-U', 'latchkey', '-d', 'pgbouncer', '-AtXqc', command], {
      encoding: 'utf8',
    })
  await waitFor('PgBouncer to answer', () => manage('SHOW VERSION').status === 0)
  return {
    port,
    poolerUrl: (url) => url.replace(`:${postgres.port}/`, `:${port}/`),
    async reload(...given) {
      await configure(given)
      const { status, stderr } = manage('RELOAD')
      if (status !== 0) throw new Error(stderr)
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit')
        child.kill('SIGKILL')
        await gone
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}
