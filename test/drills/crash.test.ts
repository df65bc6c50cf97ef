// kill -9 in mid-write, fifty times over one database. Lost acknowledgements, revived sessions, wrong acceptances and false
// alarms are counted, and have to be none.

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
/** A crash can swallow the point that a right password gives back, and this drill guesses a lot. */
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
  const gone = once(child, 'exit')
  await pause(200 + 250 * Math.random())
  child.kill('SIGKILL')
  await gone
}

test('Killed fifty times in mid-write, the server loses nothing acknowledged and leaves nothing half done', async (t) => {
  const ledgers = Array.from({ length: USERS }, (_, index) => new ExpectedState(`person${index}`))
  const starts: number[] = []
  let inDoubt = 0
  for (let kill = 0; kill <= KILLS; kill += 1) {
    if (kill % 10 === 5) await killDuringStart()
    const began = performance.now()
    const running = await startServer({ folder, env: ENV })
    starts.push(performance.now() - began)
    server = running
    assertConsistent(join(folder, 'latchkey.db'))
    await Promise.all(
      ledgers.map(async (ledger) => {
        await resolvePending(ledger, running.url)
        await ledger.assertMatchesServer()
        for (const ended of kill < KILLS ? ledger.ended.slice(-2) : ledger.ended) await assertEnded(running.url, ended)
      }),
    )
    if (kill === KILLS) break
    let over = false
    const working = Promise.all(ledgers.map((ledger) => runSteps(ledger, running.url, () => over)))
    await Promise.race([working, pause(30 + 500 * Math.random())])
    const killed = running.stop('SIGKILL')
    over = true
    await Promise.all([working, killed])
    inDoubt += ledgers.filter(({ pending }) => pending !== undefined).length
  }
  const acknowledged = new Map<string, number>()
  for (const ledger of ledgers) {
    for (const [step, count] of ledger.acknowledged) acknowledged.set(step, (acknowledged.get(step) ?? 0) + count)
  }
  t.diagnostic(`acknowledged: ${[...acknowledged].map(([step, count]) => `${count} ${step}`).join(', ')}`)
  t.diagnostic(
    `${inDoubt} requests in doubt settled; ${ledgers.reduce((sum, { ended }) => sum + ended.length, 0)} ended sessions stay ended`,
  )
  t.diagnostic(`start after a kill: slowest ${Math.round(Math.max(...starts))} ms`)
  ok(inDoubt > KILLS, 'the kills hit requests under way')
})
