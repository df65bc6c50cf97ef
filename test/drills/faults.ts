// What fails, and how it comes back.

import { readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { libfaketime } from '../support/faketime.ts'
import type { PlaceName } from '../support/places.ts'
import { temporaryFolder } from '../support/server.ts'
import { type Deployment, startDeployment } from './deployment.ts'
import { Load, type Tally } from './load.ts'
import { preciseNow } from './verifier-process.ts'

export interface Fault {
  readonly name: string
  readonly places: readonly PlaceName[]
  /** True where nobody may notice anything, not even while it lasts. */
  readonly unnoticed?: true
  /** Strikes and mends; resolves when the part is there again. */
  readonly strike: (deployment: Struck, away: number) => Promise<void>
}

interface Struck extends Deployment {
  /** Sets the clock of the first server ahead or back. */
  readonly setClock: (offset: string) => void
}

/** Milliseconds of load before the fault and after it. */
const BEFORE = 1_000
const AFTER = 2_000

/** Makes a program read the time from a file. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'kill -9 of Redis',
    places: ['Redis'],
    async strike({ place }, away) {
      await place.redis?.kill()
      await pause(away)
      await place.redis?.start()
    },
  },
  {
    name: 'Redis frozen',
    places: ['Redis'],
    async strike({ place }, away) {
      place.redis?.signal('SIGSTOP')
      await pause(away)
      place.redis?.signal('SIGCONT')
    },
  },
  {
    name: 'kill -9 of PostgreSQL',
    places: ['PostgreSQL', 'Redis'],
    async strike({ place }, away) {
      await place.postgres?.kill()
      await pause(away)
      await place.postgres?.start()
    },
  },
  {
    name: 'kill -9 of one server',
    places: ['PostgreSQL', 'Redis'],
    async strike(deployment, away) {
      await deployment.servers[0]?.stop('SIGKILL')
      await pause(away)
      await deployment.restartFirst()
    },
  },
  {
    name: 'kill -9 of one worker',
    places: ['SQLite'],
    async strike({ servers }) {
      const pid = servers[0]?.process.pid
      const [worker] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
      if (worker) process.kill(worker, 'SIGKILL')
    },
  },
  {
    name: 'verifier paused',
    places: ['SQLite', 'PostgreSQL', 'Redis'],
    async strike({ verifier }, away) {
      verifier.kill('SIGSTOP')
      await pause(away)
      verifier.kill('SIGCONT')
    },
  },
  {
    name: 'verifier cut off',
    places: ['SQLite', 'PostgreSQL', 'Redis'],
    async strike({ line }, away) {
      line.cut()
      await pause(away)
      line.join()
    },
  },
  {
    name: 'clock of one server an hour ahead',
    places: ['PostgreSQL', 'Redis'],
    unnoticed: true,
    strike: (deployment, away) => setClock(deployment, '+1h', away),
  },
  {
    name: 'clock of one server an hour back',
    places: ['PostgreSQL', 'Redis'],
    unnoticed: true,
    strike: (deployment, away) => setClock(deployment, '-1h', away),
  },
]

/** With a short idle timeout the server sweeps while its clock is wrong, and would sweep everybody away. */
const IDLE_TIMEOUT = 20_000
const SWEPT_EVERY = IDLE_TIMEOUT / 4

async function setClock({ setClock: set }: Struck, offset: string, away: number): Promise<void> {
  set(offset)
  await pause(Math.max(away, 1.2 * SWEPT_EVERY))
  set('+0h')
}

/** @param away milliseconds that the part is gone */
export async function drill(fault: Fault, name: PlaceName, away: number): Promise<Tally> {
  await using clock = await startClock()
  await using deployment = await startDeployment(name, fault.unnoticed ? clock.env : {})
  const load = new Load(deployment)
  await load.start()
  await pause(BEFORE)
  const struckAt = preciseNow()
  await fault.strike(Object.assign(deployment, { setClock: clock.set }), away)
  const backAt = preciseNow()
  await pause(AFTER)
  return await load.finish(fault.unnoticed ? struckAt : backAt)
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
