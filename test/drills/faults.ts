// The faults of the drills: how each is injected and removed.

import { readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { BackendName } from '../support/backends.ts'
import { libfaketime } from '../support/faketime.ts'
import { temporaryFolder } from '../support/server.ts'
import { type Deployment, startDeployment } from './deployment.ts'
import { type DrillResult, Load } from './load.ts'
import { preciseNow } from './verifier-process.ts'

export interface Fault {
  readonly name: string
  readonly backends: readonly BackendName[]
  /** True when the fault must have no effect, not even while it lasts. */
  readonly isTransparent?: true
  /** Injects and removes the fault; resolves when the part works again. */
  readonly inject: (deployment: FaultTarget, downtimeMs: number) => Promise<void>
}

interface FaultTarget extends Deployment {
  /** Sets the clock of the first server ahead or back. */
  readonly setClock: (offset: string) => void
}

/** Milliseconds of load before the fault and after it. */
const BEFORE_MS = 1_000
const AFTER_MS = 2_000

export const FAULTS: readonly Fault[] = [
  {
    name: 'kill -9 of Redis',
    backends: ['Redis'],
    async inject({ backend }, downtimeMs) {
      await backend.redis?.kill()
      await pause(downtimeMs)
      await backend.redis?.start()
    },
  },
  {
    name: 'Redis frozen',
    backends: ['Redis'],
    async inject({ backend }, downtimeMs) {
      backend.redis?.signal('SIGSTOP')
      await pause(downtimeMs)
      backend.redis?.signal('SIGCONT')
    },
  },
  {
    name: 'kill -9 of PostgreSQL',
    backends: ['PostgreSQL', 'Redis'],
    async inject({ backend }, downtimeMs) {
      await backend.postgres?.kill()
      await pause(downtimeMs)
      await backend.postgres?.start()
    },
  },
  {
    name: 'kill -9 of one server',
    backends: ['PostgreSQL', 'Redis'],
    async inject(deployment, downtimeMs) {
      await deployment.servers[0]?.stop('SIGKILL')
      await pause(downtimeMs)
      await deployment.restartFirst()
    },
  },
  {
    name: 'kill -9 of one worker',
    backends: ['SQLite'],
    async inject({ servers }) {
      const pid = servers[0]?.process.pid
      const [worker] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
      if (worker) process.kill(worker, 'SIGKILL')
    },
  },
  {
    name: 'verifier paused',
    backends: ['SQLite', 'PostgreSQL', 'Redis'],
    async inject({ verifier }, downtimeMs) {
      verifier.kill('SIGSTOP')
      await pause(downtimeMs)
      verifier.kill('SIGCONT')
    },
  },
  {
    name: 'verifier cut off',
    backends: ['SQLite', 'PostgreSQL', 'Redis'],
    async inject({ proxy }, downtimeMs) {
      proxy.disconnect()
      await pause(downtimeMs)
      proxy.reconnect()
    },
  },
  {
    name: 'clock of one server an hour ahead',
    backends: ['PostgreSQL', 'Redis'],
    isTransparent: true,
    inject: (deployment, downtimeMs) => setClock(deployment, '+1h', downtimeMs),
  },
  {
    name: 'clock of one server an hour back',
    backends: ['PostgreSQL', 'Redis'],
    isTransparent: true,
    inject: (deployment, downtimeMs) => setClock(deployment, '-1h', downtimeMs),
  },
]

/** With a short idle timeout, the maintenance job runs while the clock is wrong, and could sign all users out. */
const IDLE_TIMEOUT = 20_000
const CLEANUP_INTERVAL_MS = IDLE_TIMEOUT / 4

async function setClock({ setClock: set }: FaultTarget, offset: string, downtimeMs: number): Promise<void> {
  set(offset)
  await pause(Math.max(downtimeMs, 1.2 * CLEANUP_INTERVAL_MS))
  set('+0h')
}

/** @param downtimeMs how long the fault lasts, in milliseconds */
export async function runDrill(fault: Fault, name: BackendName, downtimeMs: number): Promise<DrillResult> {
  await using clock = await startClock()
  await using deployment = await startDeployment(name, fault.isTransparent ? clock.env : {})
  const load = new Load(deployment)
  await load.start()
  await pause(BEFORE_MS)
  const injectedAt = preciseNow()
  await fault.inject(Object.assign(deployment, { setClock: clock.set }), downtimeMs)
  const recoveredAt = preciseNow()
  await pause(AFTER_MS)
  return await load.finish(fault.isTransparent ? injectedAt : recoveredAt)
}

/** A clock file for libfaketime. */
async function startClock() {
  const folder = await temporaryFolder()
  const file = join(folder, 'clock')
  const set = (offset: string) => writeFileSync(file, offset)
  set('+0h')
  return {
    set,
    env: {
      LD_PRELOAD: libfaketime(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      LATCHKEY_SESSION_IDLE_TIMEOUT: `${IDLE_TIMEOUT / 1_000}s`,
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
