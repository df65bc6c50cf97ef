// Several worker processes on one machine behind one port: the primary process starts, monitors and stops them.

import cluster, { type Worker } from 'node:cluster'
import { SettingError, type Settings } from '../settings.ts'
import type { Logger } from './log.ts'
import { serveMetrics } from './serve.ts'

interface WorkerReport {
  readonly listening?: { readonly url: string; readonly publicUrl: string }
  /** Why a worker could not start; the others would fail for the same reason. */
  readonly failed?: string
}

const RESTART_AFTER = 1_000

/** Reports this worker's start to the primary process. */
export function reportToPrimary(report: WorkerReport): void {
  process.send?.(report)
}

export interface RunningWorkers {
  readonly url: string
  readonly publicUrl: string
  readonly metricsPort: number | undefined
  stop(): Promise<void>
}

/** @throws SettingError when a worker cannot start */
export async function serveWorkers(count: number, settings: Settings, log: Logger): Promise<RunningWorkers> {
  if (settings.databaseUrl.engine === 'sqlite' && settings.databaseUrl.path === ':memory:') {
    throw new SettingError(
      '--workers needs a database that processes can share; DATABASE_URL is "sqlite::memory:": accepted with workers: sqlite:PATH.',
    )
  }
  // Workers accept connections themselves: one handed by this process to a dying worker would hang for ever.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  let stopping = false
  // The first worker creates missing files and tables, before the others start.
  const first = await startWorker()
  await Promise.all(Array.from({ length: count - 1 }, startWorker))
  cluster.on('exit', (worker, code, signal) => {
    if (stopping) return
    log.error({ worker: worker.id, code, signal }, 'a worker died and is replaced')
    setTimeout(() => {
      if (!stopping) startWorker().catch((error: unknown) => log.error({ err: error }, 'a worker could not be replaced'))
    }, RESTART_AFTER)
  })
  const metricsServer = await serveMetrics(settings, aggregatedMetrics())
  return {
    ...first,
    metricsPort: metricsServer?.port,
    async stop() {
      stopping = true
      metricsServer?.server.close()
      await Promise.all(Object.values(cluster.workers ?? {}).map((worker) => worker && stopWorker(worker)))
    },
  }
}

function startWorker(): Promise<{ readonly url: string; readonly publicUrl: string }> {
  const worker = cluster.fork()
  return new Promise((resolve, reject) => {
    worker.on('message', ({ listening, failed }: WorkerReport) => {
      if (listening) resolve(listening)
      if (failed !== undefined) reject(new SettingError(failed))
    })
    worker.once('exit', (code) => reject(new SettingError(`A worker exited before it was listening (exit code ${code}).`)))
  })
}

async function stopWorker(worker: Worker): Promise<void> {
  if (worker.isDead()) return
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  worker.process.kill('SIGTERM')
  await gone
}

/** The metrics of all workers. */
function aggregatedMetrics(): () => Promise<string> {
  const aggregated = import('prom-client').then(({ AggregatorRegistry }) => new AggregatorRegistry())
  return async () => (await aggregated).clusterMetrics()
}
