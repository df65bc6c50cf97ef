// What fails, and how it comes back.

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
  /** True where nobody may notice anything, not even while it lasts. */
  readonly isTransparent?: true
  /** Strikes and mends; resolves when the part is there again. */
  readonly inject: (deployment: FaultTarget, away: number) => Promise<void>
}

interface FaultTarget extends Deployment {
  /** Sets the clock of the first server ahead or back. */
  readonly setClock: (offset: string) => void
}

/** Milliseconds of load before the fault and after it. */
const BEFORE_MS = 1_000
const AFTER_MS = 2_000

/** Makes a program read the time from a file. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'kill -9 of Redis',
    backends: ['Redis'],
    async inject({ backend }, away) {
      await backend.redis?.kill()
      await pause(away)
      await backend.redis?.start()
    },
  },
  {
    name: 'Redis frozen',
    backends: ['Redis'],
    async inject({ backend }, away) {
      backend.redis?.signal('SIGSTOP')
      await pause(away)
      backend.redis?.signal('SIGCONT')
    },
  },
  {
    name: 'kill -9 of PostgreSQL',
    backends: ['PostgreSQL', 'Redis'],
    async inject({ backend }, away) {
      await backend.postgres?.kill()
      await pause(away)
      await backend.postgres?.start()
    },
  },
  {
    name: 'kill -9 of one server',
    backends: ['PostgreSQL', 'Redis'],
    async inject(deployment, away) {
      await deployment.servers[0]?.stop('SIGKILL')
      await pause(away)
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
    async inject({ verifier }, away) {
      verifier.kill('SIGSTOP')
      await pause(away)
      verifier.kill('SIGCONT')
    },
  },
  {
    name: 'verifier cut off',
    backends: ['SQLite', 'PostgreSQL', 'Redis'],
    async inject({ proxy }, away) {
      proxy.disconnect()
      await pause(away)
      proxy.reconnect()
    },
  },
  {
    name: 'clock of one server an hour ahead',
    backends: ['PostgreSQL', 'Redis'],
    isTransparent: true,
    inject: (deployment, away) => setClock(deployment, '+1h', away),
  },
  {
    name: 'clock of one server an hour back',
    backends: ['PostgreSQL', 'Redis'],
    isTransparent: true,
    inject: (deployment, away) => setClock(deployment, '-1h', away),
  },
]

/** With a short idle timeout the server sweeps while its clock is wrong, and would sweep everybody away. */
const IDLE_TIMEOUT = 20_000
const CLEANUP_INTERVAL_MS = IDLE_TIMEOUT / 4

async function setClock({ setClock: set }: FaultTarget, offset: string, downtimeMs: number): Promise<void> {
  set(offset)
  await pause(Math.max(downtimeMs, 1.2 * CLEANUP_INTERVAL_MS))
  set('+0h')
}

/** @param downtimeMs milliseconds that the part is gone */
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
