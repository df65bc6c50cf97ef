// A real Redis, and a real Redis Cluster, on free ports with temporary data.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exec } from './exec.ts'
import { freePort } from './raw-http.ts'
import { waitFor } from './wait-for.ts'

export interface RunningRedis {
  readonly url: string
  readonly port: number
  readonly folder: string
  /** Runs a command with redis-cli. */
  command(...command: readonly string[]): Promise<string>
  /** Sends a signal to the server's process. */
  signal(signal: NodeJS.Signals): void
  /** Kills it and waits until it has exited. */
  kill(): Promise<void>
  /** Restarts it on the same port with the same data. */
  start(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Writes are fsynced before the reply, so that kill -9 loses nothing. */
const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always']

export async function startRedis(...options: readonly string[]): Promise<RunningRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-redis-'))
  const port = await freePort()
  let child: ChildProcess | undefined
  const command = (...words: readonly string[]) => exec('redis-cli', ['-p', String(port), ...words])
  const start = async () => {
    const args = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      '--loglevel',
      'warning',
      ...DURABLE,
      ...options,
    ]
    child = spawn('redis-server', args, { stdio: 'ignore' })
    child.once('error', () => {})
    await waitFor('Redis to answer', () =>
      command('PING').then(
        (reply) => reply.trim() === 'PONG',
        () => false,
      ),
    )
  }
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    command,
    signal: (signal) => void child?.kill(signal),
    kill,
    start,
    async [Symbol.asyncDispose]() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export interface RunningCluster extends AsyncDisposable {
  readonly url: string
  readonly masters: readonly RunningRedis[]
}

/** Starts a cluster of three masters without replicas. */
export async function startRedisCluster(): Promise<RunningCluster> {
  const masters = await Promise.all(
    Array.from({ length: 3 }, () => startRedis('--cluster-enabled', 'yes', '--cluster-node-timeout', '2000')),
  )
  const hosts = masters.map(({ port }) => `127.0.0.1:${port}`)
  await exec('redis-cli', ['--cluster', 'create', ...hosts, '--cluster-replicas', '0', '--cluster-yes'])
  await waitFor('the cluster to be whole', async () => {
    const states = await Promise.all(masters.map((master) => master.command('CLUSTER', 'INFO')))
    return states.every((state) => state.includes('cluster_state:ok'))
  })
  return {
    url: `redis+cluster://${hosts.join(',')}`,
    masters,
    async [Symbol.asyncDispose]() {
      await Promise.all(masters.map((master) => master[Symbol.asyncDispose]()))
    },
  }
}
