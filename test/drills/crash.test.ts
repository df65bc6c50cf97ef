// Fifty times kill -9 during writes on one database: no acknowledged change may be lost, no session revived, nothing wrongly accepted,
// and no false alarm recorded.

import { ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { cleanEnvironment, MAIN, type RunningServer, startServer, temporaryFolder } from '../support/server.ts'
import { assertConsistent } from './consistency.ts'
import { assertEnded, ExpectedState } from './expected-state.ts'
import { resolvePending } from './resolve-pending.ts'
import { runSteps } from './steps.ts'

const KILLS = 50
const USERS = 6
/** A crash can lose the refund of a correct password, and this drill signs in often. */
const ENV = { LATCHKEY_PUBLIC_URL: 'http://localhost:4998', LATCHKEY_LOGIN_LIMIT: '10000/5m,10000/5m', LOG_LEVEL: 'error' }

let folder = ''
let server: RunningServer | undefined
before(async () => {
  folder = await temporaryFolder()
})
after(async () => {
  await server?.stop('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** Kills a server while it starts. */
async function killDuringStart(): Promise<void> {
  const child = spawn(process.execPath, [MAIN, 'serve'], { cwd: folder, env: cleanEnvironment(ENV), stdio: 'ignore' })
  const exited = once(child, 'exit')
  await pause(200 + 250 * Math.random())
  child.kill('SIGKILL')
  await exited
}

test('killed fifty times during writes, the server loses no acknowledged change and leaves no partial write', async (t) => {
  const states = Array.from({ length: USERS }, (_, index) => new ExpectedState(`person${index}`))
  const starts: number[] = []
  let unanswered = 0
  for (let kill = 0; kill <= KILLS; kill += 1) {
    if (kill % 10 === 5) await killDuringStart()
    const startedAt = performance.now()
    const running = await startServer({ folder, env: ENV })
    starts.push(performance.now() - startedAt)
    server = running
    assertConsistent(join(folder, 'latchkey.db'))
    await Promise.all(
      states.map(async (state) => {
        await resolvePending(state, running.url)
        await state.assertMatchesServer()
        for (const ended of kill < KILLS ? state.ended.slice(-2) : state.ended) await assertEnded(running.url, ended)
      }),
    )
    if (kill === KILLS) break
    let isOver = false
    const working = Promise.all(states.map((state) => runSteps(state, running.url, () => isOver)))
    await Promise.race([working, pause(30 + 500 * Math.random())])
    const killed = running.stop('SIGKILL')
    isOver = true
    await Promise.all([working, killed])
    unanswered += states.filter(({ pending }) => pending !== undefined).length
  }
  const acknowledged = new Map<string, number>()
  for (const state of states) {
    for (const [step, count] of state.acknowledged) acknowledged.set(step, (acknowledged.get(step) ?? 0) + count)
  }
  t.diagnostic(`acknowledged: ${[...acknowledged].map(([step, count]) => `${count} ${step}`).join(', ')}`)
  t.diagnostic(
    `${unanswered} unanswered requests resolved; ${states.reduce((sum, { ended }) => sum + ended.length, 0)} ended sessions stay ended`,
  )
  t.diagnostic(`start after a kill: slowest ${Math.round(Math.max(...starts))} ms`)
  ok(unanswered > KILLS, 'the kills hit running requests')
})
