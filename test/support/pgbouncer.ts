// A real PgBouncer in front of a real PostgreSQL, on a free port. It does not run as root, so then it runs as the user postgres.

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
  /** Returns the URL of the same database through the pooler. */
  poolerUrl(url: string): string
  /** Reloads it with other settings. */
  reload(...settings: readonly string[]): Promise<void>
}

/** @param settings lines of its configuration, such as `pool_mode = transaction` */
export async function startPgBouncer(postgres: RunningPostgres, ...settings: readonly string[]): Promise<RunningPgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-pgbouncer-'))
  const as = postgresOwner()
  const port = await freePort()
  const [configuration, users] = [join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')]
  const configure = (lines: readonly string[]) =>
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
        ...lines,
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
    async reload(...lines) {
      await configure(lines)
      const { status, stderr } = manage('RELOAD')
      if (status !== 0) throw new Error(stderr)
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit')
        child.kill('SIGKILL')
        await exited
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}
