// Tests `latchkey session revoke` on every store, beside a server with two workers and three verifiers that are in use.

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

const MAX_DELAY_MS = 1_000

/** Adds many users with a session each, every tenth with a remember-me login that started it. */
async function fill(store: Store, count: number): Promise<{ readonly userIds: readonly string[]; readonly rememberMe: number }> {
  const at = Date.now() - HOUR
  const times = { startedAt: at, authTime: at, lastSeenAt: Date.now(), expiresAt: at + DAY }
  const userIds: string[] = []
  let changes: Change[] = []
  for (let index = 0; index < count; index += 1) {
    const user = makeUser()
    userIds.push(user.id)
    changes.push({ do: 'insert user', user })
    const login = index % 10 === 0 ? makeRememberMe({ userId: user.id, ...times }) : undefined
    if (login) changes.push({ do: 'insert credential', record: login })
    const lineage = login ? { lineage: login.id, startedBy: login.id } : {}
    changes.push({ do: 'insert credential', record: makeSession({ userId: user.id, ...times, ...lineage }) })
    if (changes.length < 500 && index < count - 1) continue
    ok((await store.write(changes)).committed)
    changes = []
  }
  return { userIds, rememberMe: Math.ceil(count / 10) }
}

/** The command goes through the users by id in batches, and confirms a batch before it starts the next. */
async function waitForFirstWrites(store: Store, userIds: readonly string[]): Promise<void> {
  const later = userIds.toSorted()[500] ?? ''
  while ((await store.credentials.listByUser(later)).length > 0) await pause(1)
}

/** The peak memory of the process so far, in kilobytes. */
function peakOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** The last line, after the progress. */
function lastLine(printed: string): string {
  return printed.trimEnd().split('\n').at(-1) ?? ''
}

for (const name of BACKEND_NAMES) {
  void suite(`latchkey session revoke, on ${name}`, () => {
    let backend: Backend
    let server: RunningServer
    let store: Store
    let verifiers: readonly Verifier[]

    const command = (...args: readonly string[]): Promise<CommandResult> => runCommand(args, { folder: backend.folder, env: backend.env })
    async function json(...args: readonly string[]) {
      const { code, stdout, stderr } = await command(...args, '--json')
      equal(code, 0, stderr)
      return JSON.parse(stdout)
    }

    before(async () => {
      backend = await startBackend(name)
      server = await startServer({
        folder: backend.folder,
        env: { ...backend.env, LATCHKEY_LOGIN_LIMIT: '10000/5m,10000/5m' },
        args: ['--workers', '2'],
      })
      const { key: serviceKey } = await json('service-key', 'create', 'shop')
      const over: typeof fetch = (input, init) => fetch(String(input).replace(server.publicUrl, server.url), init)
      verifiers = [0, 1, 2].map(() => createVerifier({ issuer: server.publicUrl, serviceKey, fetch: over }))
      await Promise.all(verifiers.map((verifier) => verifier.ready()))
      store = await backend.open()
    })
    after(async () => {
      for (const verifier of verifiers) verifier.close()
      await store.close()
      await server[Symbol.asyncDispose]()
      await backend[Symbol.asyncDispose]()
    })

    async function warm(username: string): Promise<TestClient> {
      const visitor = new TestClient(server.url)
      await visitor.register(username, { remember: true })
      // A verifier whose stream was interrupted has no result until it is connected again.
      for (const verifier of verifiers) await waitForResult(verifier, visitor.token, 'ok')
      return visitor
    }
    const live = async () => (await json('session', 'list')).map(({ id }: { id: string }) => id).toSorted()

    test('a dry run counts, and revokes nothing', async () => {
      const visitor = await warm(`dry-${name}`)
      const before = await live()
      const lineage = before.length > 0 ? (await json('session', 'list', '--user', visitor.username))[0].lineage : ''
      for (const target of [[visitor.sid], ['--user', visitor.username], ['--lineage', lineage], ['--all']]) {
        const result = await json('session', 'revoke', ...target, '--dry-run')
        deepEqual(result, { found: { users: 1, sessions: 1, rememberMe: target[0] === visitor.sid ? 0 : 1 } }, target.join(' '))
      }
      const { stdout } = await command('session', 'revoke', '--all', '--dry-run')
      equal(stdout, 'Would revoke 1 session and 1 remember-me login of 1 user. Nothing was revoked.\n')
      deepEqual(await live(), before)
      equal((await visitor.callWithToken('GET', '/access/session')).status, 200)
    })

    test('a lineage is revoked on every worker and at every verifier, and all of them acknowledge it', async (t) => {
      const [revoked, other] = [await warm(`lineage-${name}`), await warm(`other-${name}`)]
      const result = await json('session', 'revoke', '--lineage', revoked.sid)
      const { milliseconds, ...acknowledged } = result.acknowledged
      t.diagnostic(`the last acknowledgement after ${milliseconds} ms`)
      deepEqual(
        { ...result, acknowledged },
        {
          found: { users: 1, sessions: 1, rememberMe: 1 },
          ended: { sessions: 1, rememberMe: 1 },
          acknowledged: { processes: 2, verifiers: 3, behind: 0 },
        },
      )
      ok(milliseconds >= 0 && milliseconds < MAX_DELAY_MS, `${milliseconds} ms`)
      for (const verifier of verifiers)
        deepEqual([await verifyResult(verifier, revoked.token), await verifyResult(verifier, other.token)], ['session_ended', 'ok'])
      for (let round = 0; round < 10; round += 1) equal((await revoked.callWithToken('GET', '/access/session')).status, 401)
      equal((await revoked.callWithCookies('POST', '/access/token')).json.reason, 'revoked')
      equal((await other.callWithToken('GET', '/access/session')).status, 200)
    })

    test('ten thousand sessions are revoked while other users are served', async (t) => {
      const { userIds, rememberMe } = await fill(store, 10_000)
      const cutoff = new Date().toISOString()
      await pause(5)
      const visitor = await warm(`stays-${name}`)
      const found = (await json('session', 'revoke', '--before', cutoff, '--dry-run')).found
      ok(found.sessions >= 10_000 && found.rememberMe >= rememberMe && found.users >= 10_000)

      const startedAt = performance.now()
      const revoking = spawn(process.execPath, [MAIN, 'session', 'revoke', '--before', cutoff], {
        cwd: backend.folder,
        env: cleanEnvironment(backend.env),
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
      const timed = async (check: () => Promise<unknown>) => {
        const checkedAt = performance.now()
        await check()
        slowest = Math.max(slowest, performance.now() - checkedAt)
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
      const took = performance.now() - startedAt
      t.diagnostic(
        `${Math.round(took)} ms, ${Math.round(peak / 1024)} MiB; of ${checks} checks meanwhile the slowest took ${Math.round(slowest)} ms`,
      )
      equal(revoking.exitCode, 0, printed)
      const total = `${found.sessions.toLocaleString('en-US')} sessions and ${found.rememberMe.toLocaleString('en-US')} remember-me logins`
      ok(
        printed.includes(`Revoking ${total} of ${found.users.toLocaleString('en-US')} users, in lineages that started before ${cutoff}.\n`),
        printed,
      )
      ok(printed.includes(`Revoked ${total}.\n`), printed)
      match(printed, /Acknowledged by 2 processes and 3 verifiers; the last after [\d,]+ ms\.\n$/)
      ok(took < 120_000 && peak < 300 * 1024)
      ok(slowest < 2_000)
      deepEqual((await json('session', 'revoke', '--before', cutoff, '--dry-run')).found, { users: 0, sessions: 0, rememberMe: 0 })
      for (const userId of [userIds[0], userIds[4_321], userIds.at(-1)]) {
        const events = await store.auditEvents.list(userId ?? '', null, 10)
        deepEqual(
          events.map(({ action, detail }) => [action, detail]),
          [['session.revoke', { by: 'operator' }]],
        )
      }
    })

    test('loses nothing when it is killed, and continues when it runs again, until no user is signed in', async () => {
      const visitor = await warm(`killed-${name}`)
      const { userIds } = await fill(store, 3_000)
      const { found } = await json('session', 'revoke', '--all', '--dry-run')
      const isSignedIn = async (userId: string) => (await store.credentials.listByUser(userId)).length > 0
      const killed = spawn(process.execPath, [MAIN, 'session', 'revoke', '--all'], {
        cwd: backend.folder,
        env: cleanEnvironment(backend.env),
        stdio: 'ignore',
      })
      const gone = once(killed, 'exit')
      await waitForFirstWrites(store, userIds)
      killed.kill('SIGKILL')
      await gone
      const left = (await json('session', 'revoke', '--all', '--dry-run')).found
      ok(left.sessions > 0 && left.sessions < found.sessions, `${left.sessions} of ${found.sessions} are left`)

      const again = await json('session', 'revoke', '--all')
      deepEqual(again.found, left)
      deepEqual(again.ended, { sessions: left.sessions, rememberMe: left.rememberMe })
      equal(again.acknowledged.processes, 2)
      for (const userId of userIds) {
        ok(!(await isSignedIn(userId)))
        const events = await store.auditEvents.list(userId, null, 10)
        deepEqual(
          events.map(({ action }) => action),
          ['session.revoke'],
          userId,
        )
      }
      equal((await visitor.callWithToken('GET', '/access/session')).status, 401)
      equal((await visitor.callWithCookies('POST', '/access/token')).json.reason, 'revoked')
      for (const verifier of verifiers) await waitForResult(verifier, visitor.token, 'session_ended')
      deepEqual(await live(), [])
      await visitor.login(visitor.username)
    })

    test('stops between two writes on a signal, and reports its progress', async () => {
      const { userIds } = await fill(store, 3_000)
      const stopped = spawn(process.execPath, [MAIN, 'session', 'revoke', '--all'], {
        cwd: backend.folder,
        env: cleanEnvironment(backend.env),
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
      await waitForFirstWrites(store, userIds)
      stopped.kill('SIGINT')
      await closed
      deepEqual([stopped.exitCode, lastLine(stderr)], [1, 'latchkey: Interrupted by SIGINT.'])
      const [, all = '', done = ''] =
        /^Revoking ([\d,]+) sessions .*\nRevoked ([\d,]+) sessions .* before the interruption\. .*\n$/.exec(stdout) ?? []
      const [before, revoked] = [all, done].map((number) => Number(number.replaceAll(',', '')))
      ok(revoked !== undefined && before !== undefined && revoked > 0 && revoked < before, stdout)
      const left = await json('session', 'revoke', '--all')
      equal(left.ended.sessions, before - revoked)
    })

    if (name === 'PostgreSQL') {
      test('reports its progress when the database stops, and continues when it runs again', async () => {
        const { postgres } = backend
        ok(postgres)
        const { userIds } = await fill(store, 3_000)
        const stopped = command('session', 'revoke', '--all')
        await waitForFirstWrites(store, userIds)
        await postgres.kill()
        const { code, stdout, stderr } = await stopped
        await postgres.start()
        equal(code, 1)
        match(
          stdout,
          /^Revoking .*\nRevoked [\d,]+ sessions and [\d,]+ remember-me logins before the interruption\. Run the command again to continue\.\n$/,
        )
        match(lastLine(stderr), /^latchkey: The database /)
        await waitFor('the server to be there', async () => (await request(server.url, 'GET', '/readyz')).status === 200)
        const again = await json('session', 'revoke', '--all')
        ok(again.ended.sessions > 0 && again.ended.sessions < 3_000)
        equal(again.acknowledged.processes, 2)
        deepEqual(await live(), [])
      })
    }

    test('revokes without a running server, and reports that no process acknowledged', async () => {
      const visitor = await warm(`last-${name}`)
      await server.stop()
      const { code, stdout } = await command('session', 'revoke', '--user', visitor.username)
      equal(code, 0)
      match(
        stdout,
        /^Revoking 1 session and 1 remember-me login of 1 user\.\nRevoked 1 session and 1 remember-me login\.\nNo process acknowledged: no server is running/,
      )
      const { acknowledged } = await json('session', 'revoke', '--all')
      deepEqual(acknowledged, { processes: 0, verifiers: 0, behind: 0, milliseconds: null })
      equal((await store.credentials.listByUser(visitor.userId)).length, 0)
    })
  })
}
