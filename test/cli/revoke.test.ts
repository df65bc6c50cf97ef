// latchkey session revoke, beside a server of two workers and a verifier that are in use meanwhile, on every store.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { DAY, HOUR } from '../../src/domain/time.ts'
import type { Change, Store } from '../../src/ports/store.ts'
import { makeRememberMe, makeSession, makeUser } from '../../src/testing/samples.ts'
import { createVerifier, type Verifier } from '../../src/verify/index.ts'
import { BACKEND_NAMES, type Backend, startBackend } from '../support/backends.ts'
import { type CommandResult, cleanEnvironment, MAIN, type RunningServer, runCommand, startServer } from '../support/server.ts'
import { request, TestClient } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'
import { verifyResult, waitForResult } from '../verify/verifier-fixture.ts'

const BOUND = 1_000

/** Many people, some time ago: each with a session, every tenth with a remembered login that started it. */
async function fill(store: Store, count: number): Promise<{ readonly codes: readonly string[]; readonly remembered: number }> {
  const at = Date.now() - HOUR
  const times = { startedAt: at, authTime: at, lastSeenAt: Date.now(), expiresAt: at + DAY }
  const codes: string[] = []
  let changes: Change[] = []
  for (let index = 0; index < count; index += 1) {
    const user = makeUser()
    codes.push(user.id)
    changes.push({ do: 'insert user', user })
    const login = index % 10 === 0 ? makeRememberMe({ userId: user.id, ...times }) : undefined
    if (login) changes.push({ do: 'insert credential', record: login })
    const lineage = login ? { lineage: login.id, startedBy: login.id } : {}
    changes.push({ do: 'insert credential', record: makeSession({ userId: user.id, ...times, ...lineage }) })
    if (changes.length < 500 && index < count - 1) continue
    ok((await store.write(changes)).committed)
    changes = []
  }
  return { codes, remembered: Math.ceil(count / 10) }
}

/** Users are gone through by code, some at a time: those before the last of these have been confirmed by then. */
async function waitForFirstWrites(store: Store, codes: readonly string[]): Promise<void> {
  const later = codes.toSorted()[500] ?? ''
  while ((await store.credentials.listByUser(later)).length > 0) await pause(1)
}

/** Kilobytes that the process has had in memory at most, as far as one has looked. */
function peakOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** After what was said of its progress, where that took a while. */
function lastLine(printed: string): string {
  return printed.trimEnd().split('\n').at(-1) ?? ''
}

for (const name of BACKEND_NAMES) {
  void suite(`latchkey session revoke, on ${name}`, () => {
    let place: Backend
    let server: RunningServer
    let store: Store
    let verifiers: readonly Verifier[]

    const command = (...args: readonly string[]): Promise<CommandResult> => runCommand(args, { folder: place.folder, env: place.env })
    async function json(...args: readonly string[]) {
      const { code, stdout, stderr } = await command(...args, '--json')
      equal(code, 0, stderr)
      return JSON.parse(stdout)
    }

    before(async () => {
      place = await startBackend(name)
      server = await startServer({
        folder: place.folder,
        env: { ...place.env, LATCHKEY_LOGIN_LIMIT: '10000/5m,10000/5m' },
        args: ['--workers', '2'],
      })
      const { key: serviceKey } = await json('service-key', 'create', 'shop')
      const over: typeof fetch = (input, init) => fetch(String(input).replace(server.publicUrl, server.url), init)
      verifiers = [0, 1, 2].map(() => createVerifier({ issuer: server.publicUrl, serviceKey, fetch: over }))
      await Promise.all(verifiers.map((verifier) => verifier.ready()))
      store = await place.open()
    })
    after(async () => {
      for (const verifier of verifiers) verifier.close()
      await store.close()
      await server[Symbol.asyncDispose]()
      await place[Symbol.asyncDispose]()
    })

    async function warm(username: string): Promise<TestClient> {
      const visitor = new TestClient(server.url)
      await visitor.register(username, { remember: true })
      // One whose line was cut says nothing until it is there again.
      for (const verifier of verifiers) await waitForResult(verifier, visitor.token, 'ok')
      return visitor
    }
    const live = async () => (await json('session', 'list')).map(({ id }: { id: string }) => id).toSorted()

    test('A dry run counts, and ends nothing', async () => {
      const visitor = await warm(`dry-${name}`)
      const before = await live()
      const lineage = before.length > 0 ? (await json('session', 'list', '--user', visitor.username))[0].lineage : ''
      for (const what of [[visitor.sid], ['--user', visitor.username], ['--lineage', lineage], ['--all']]) {
        const result = await json('session', 'revoke', ...what, '--dry-run')
        deepEqual(result, { found: { users: 1, sessions: 1, rememberMe: what[0] === visitor.sid ? 0 : 1 } }, what.join(' '))
      }
      const { stdout } = await command('session', 'revoke', '--all', '--dry-run')
      equal(stdout, 'Would end 1 session and 1 remembered login of 1 user. Nothing was ended.\n')
      deepEqual(await live(), before)
      equal((await visitor.callWithToken('GET', '/access/session')).status, 200)
    })

    test('A lineage ends on every worker and at every verifier, and all of them are counted', async (t) => {
      const [ended, other] = [await warm(`lineage-${name}`), await warm(`other-${name}`)]
      const result = await json('session', 'revoke', '--lineage', ended.sid)
      const { milliseconds, ...acknowledged } = result.acknowledged
      t.diagnostic(`the last answered after ${milliseconds} ms`)
      deepEqual(
        { ...result, acknowledged },
        {
          found: { users: 1, sessions: 1, rememberMe: 1 },
          ended: { sessions: 1, rememberMe: 1 },
          acknowledged: { processes: 2, verifiers: 3, behind: 0 },
        },
      )
      ok(milliseconds >= 0 && milliseconds < BOUND, `${milliseconds} ms`)
      for (const verifier of verifiers)
        deepEqual([await verifyResult(verifier, ended.token), await verifyResult(verifier, other.token)], ['session_ended', 'ok'])
      for (let round = 0; round < 10; round += 1) equal((await ended.callWithToken('GET', '/access/session')).status, 401)
      equal((await ended.callWithCookies('POST', '/access/token')).json.reason, 'revoked')
      equal((await other.callWithToken('GET', '/access/session')).status, 200)
    })

    test('Ten thousand sessions end at large, while everybody else is served', async (t) => {
      const { codes, remembered } = await fill(store, 10_000)
      const cutoff = new Date().toISOString()
      await pause(5)
      const visitor = await warm(`stays-${name}`)
      const found = (await json('session', 'revoke', '--before', cutoff, '--dry-run')).found
      ok(found.sessions >= 10_000 && found.remembered >= remembered && found.users >= 10_000)

      const began = performance.now()
      const revoking = spawn(process.execPath, [MAIN, 'session', 'revoke', '--before', cutoff], {
        cwd: place.folder,
        env: cleanEnvironment(place.env),
        stdio: 'pipe',
      })
      let [printed, peak, checks, slowest, isDone] = ['', 0, 0, 0, false]
      const collect = (chunk: Buffer) => {
        printed += chunk.toString()
      }
      revoking.stdout.on('data', collect)
      revoking.stderr.on('data', collect)
      const closed = once(revoking, 'close').then(() => {
        isDone = true
      })
      const timed = async (asked: () => Promise<unknown>) => {
        const asking = performance.now()
        await asked()
        slowest = Math.max(slowest, performance.now() - asking)
        checks += 1
      }
      for (let round = 0; !isDone; round += 1) {
        peak = Math.max(peak, peakOf(revoking.pid ?? 0))
        await timed(async () => equal((await visitor.callWithToken('GET', '/access/session')).status, 200))
        await timed(async () => equal((await visitor.callWithCookies('GET', '/access/session')).status, 200))
        for (const verifier of verifiers) await timed(async () => equal(await verifyResult(verifier, visitor.token), 'ok'))
        if (round % 20 === 0) await timed(async () => void (await new TestClient(server.url).login(visitor.username)))
        await pause(5)
      }
      await closed
      const took = performance.now() - began
      t.diagnostic(
        `${Math.round(took)} ms, ${Math.round(peak / 1024)} MiB; of ${checks} checks meanwhile the slowest took ${Math.round(slowest)} ms`,
      )
      equal(revoking.exitCode, 0, printed)
      const total = `${found.sessions.toLocaleString('en-US')} sessions and ${found.remembered.toLocaleString('en-US')} remembered logins`
      ok(
        printed.includes(`Ending ${total} of ${found.users.toLocaleString('en-US')} users, in lineages that began before ${cutoff}.\n`),
        printed,
      )
      ok(printed.includes(`${total} ended.\n`), printed)
      match(printed, /Heard by 2 processes and 3 verifiers; the last after [\d,]+ ms\.\n$/)
      ok(took < 120_000 && peak < 300 * 1024)
      ok(slowest < 2_000)
      deepEqual((await json('session', 'revoke', '--before', cutoff, '--dry-run')).found, { users: 0, sessions: 0, rememberMe: 0 })
      for (const code of [codes[0], codes[4_321], codes.at(-1)]) {
        const events = await store.auditEvents.list(code ?? '', null, 10)
        deepEqual(
          events.map(({ action, detail }) => [action, detail]),
          [['session.revoke', { by: 'operator' }]],
        )
      }
    })

    test('Killed in the middle, nothing is lost; the same again goes on, until nobody is signed in', async () => {
      const visitor = await warm(`killed-${name}`)
      const { codes } = await fill(store, 3_000)
      const { found } = await json('session', 'revoke', '--all', '--dry-run')
      const liveNow = async (code: string) => (await store.credentials.listByUser(code)).length > 0
      const killed = spawn(process.execPath, [MAIN, 'session', 'revoke', '--all'], {
        cwd: place.folder,
        env: cleanEnvironment(place.env),
        stdio: 'ignore',
      })
      const gone = once(killed, 'exit')
      await waitForFirstWrites(store, codes)
      killed.kill('SIGKILL')
      await gone
      const left = (await json('session', 'revoke', '--all', '--dry-run')).found
      ok(left.sessions > 0 && left.sessions < found.sessions, `${left.sessions} of ${found.sessions} are left`)

      const again = await json('session', 'revoke', '--all')
      deepEqual(again.found, left)
      deepEqual(again.ended, { sessions: left.sessions, rememberMe: left.remembered })
      equal(again.acknowledged.processes, 2)
      for (const code of codes) {
        ok(!(await liveNow(code)))
        const events = await store.auditEvents.list(code, null, 10)
        deepEqual(
          events.map(({ action }) => action),
          ['session.revoke'],
          code,
        )
      }
      equal((await visitor.callWithToken('GET', '/access/session')).status, 401)
      equal((await visitor.callWithCookies('POST', '/access/token')).json.reason, 'revoked')
      for (const verifier of verifiers) await waitForResult(verifier, visitor.token, 'session_ended')
      deepEqual(await live(), [])
      await visitor.login(visitor.username)
    })

    test('Told to stop, it does so between two writes, and says how far it came', async () => {
      const { codes } = await fill(store, 3_000)
      const stopped = spawn(process.execPath, [MAIN, 'session', 'revoke', '--all'], {
        cwd: place.folder,
        env: cleanEnvironment(place.env),
        stdio: 'pipe',
      })
      let [stdout, stderr] = ['', '']
      stopped.stdout.on('data', (chunk: Buffer) => {
        stdout += chunk.toString()
      })
      stopped.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString()
      })
      const closed = once(stopped, 'close')
      await waitForFirstWrites(store, codes)
      stopped.kill('SIGINT')
      await closed
      deepEqual([stopped.exitCode, lastLine(stderr)], [1, 'latchkey: Stopped by SIGINT.'])
      const [, all = '', done = ''] = /^Ending ([\d,]+) sessions .*\n([\d,]+) sessions .* had ended by then\. .*\n$/.exec(stdout) ?? []
      const [before, ended] = [all, done].map((number) => Number(number.replaceAll(',', '')))
      ok(ended !== undefined && before !== undefined && ended > 0 && ended < before, stdout)
      const left = await json('session', 'revoke', '--all')
      equal(left.ended.sessions, before - ended)
    })

    if (name === 'PostgreSQL') {
      test('When the database goes away in the middle, it says how far it came; the same again goes on', async () => {
        const { postgres } = place
        ok(postgres)
        const { codes } = await fill(store, 3_000)
        const stopped = command('session', 'revoke', '--all')
        await waitForFirstWrites(store, codes)
        await postgres.kill()
        const { code, stdout, stderr } = await stopped
        await postgres.start()
        equal(code, 1)
        match(stdout, /^Ending .*\n[\d,]+ sessions and [\d,]+ remembered logins had ended by then\. The same again goes on\.\n$/)
        match(lastLine(stderr), /^latchkey: The database /)
        await waitFor('the server to be there', async () => (await request(server.url, 'GET', '/readyz')).status === 200)
        const again = await json('session', 'revoke', '--all')
        ok(again.ended.sessions > 0 && again.ended.sessions < 3_000)
        equal(again.acknowledged.processes, 2)
        deepEqual(await live(), [])
      })
    }

    test('With no server there, it ends all the same, and says that nobody has answered', async () => {
      const visitor = await warm(`last-${name}`)
      await server.stop()
      const { code, stdout } = await command('session', 'revoke', '--user', visitor.username)
      equal(code, 0)
      match(
        stdout,
        /^Ending 1 session and 1 remembered login of 1 user\.\n1 session and 1 remembered login ended\.\nNobody has answered: no server is running/,
      )
      const { acknowledged } = await json('session', 'revoke', '--all')
      deepEqual(acknowledged, { processes: 0, verifiers: 0, behind: 0, milliseconds: null })
      equal((await store.credentials.listByUser(visitor.userId)).length, 0)
    })
  })
}
