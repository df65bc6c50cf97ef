// Several workers behind one port act as one server.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { freePort, requestOnce } from '../support/raw-http.ts'
import { type RunningServer, runCommand, startServer } from '../support/server.ts'
import { PASSWORD, TestClient } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

const POINTS = 5
const BOUND = 1_000

let server: RunningServer
before(async () => {
  server = await startServer({ args: ['--workers', '2'], env: { LATCHKEY_LOGIN_LIMIT: `${POINTS}/5m,1000/5m` } })
})
after(() => server[Symbol.asyncDispose]())

/** The child processes of a process. */
function childrenOf(pid: number | undefined): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** The worker that answered: each has its own prefix of request ids. */
async function ask(authorization: string): Promise<{ readonly worker: string; readonly status: number; readonly text: string }> {
  const { status, headers, text } = await requestOnce(server.url, '/access/session', { headers: { authorization } })
  return { worker: String(headers['x-request-id']).split('-').slice(0, -1).join('-'), status, text }
}

test('Requests reach both workers, and each accepts credentials issued by the other', async () => {
  const client = new TestClient(server.url)
  await client.register('Both')
  const workers = new Map<string, number>()
  await waitFor('both workers to answer', async () => {
    const { worker, status, text } = await ask(client.token)
    equal(status, 200, text)
    workers.set(worker, (workers.get(worker) ?? 0) + 1)
    return workers.size === 2
  })
})

test('A revocation in one worker takes effect in the other within a second, though it has the credential cached', async (t) => {
  const client = new TestClient(server.url)
  await client.register('Ender')
  const warm = new Map<string, number>()
  while (warm.size < 2 || Math.min(...warm.values()) < 3) {
    const { worker } = await ask(client.token)
    warm.set(worker, (warm.get(worker) ?? 0) + 1)
  }
  const headers = { authorization: client.token }
  equal((await requestOnce(server.url, `/access/logout/${client.userId}`, { headers })).status, 200)
  const ended = performance.now()
  // Round robin: ten refusals in a row come from both workers.
  let [inARow, lastAccepted] = [0, 0]
  while (inARow < 10) {
    const { status } = await ask(client.token)
    inARow = status === 401 ? inARow + 1 : 0
    if (status === 200) lastAccepted = performance.now() - ended
    ok(performance.now() - ended < 5 * BOUND, 'it was never refused')
  }
  t.diagnostic(`last accepted ${Math.round(lastAccepted)} ms after the logout was answered`)
  ok(lastAccepted < BOUND)
})

test('Login limits are exact, however the attempts are spread', async () => {
  await new TestClient(server.url).register('Guessed')
  const body = JSON.stringify({ username: 'Guessed', password: 'not-the-password' })
  const attempts = await Promise.all(Array.from({ length: 30 }, () => requestOnce(server.url, '/access/login', { method: 'POST', body })))
  const codes = attempts.map(({ text }) => JSON.parse(text).code)
  equal(codes.filter((code) => code === 'credentials.invalid').length, POINTS)
  equal(codes.filter((code) => code === 'rate.limited').length, 30 - POINTS)
})

test('A killed worker is replaced, and meanwhile the other one answers', async () => {
  const client = new TestClient(server.url)
  await client.register('Survivor')
  const [killed, other] = childrenOf(server.process.pid)
  ok(killed !== undefined && other !== undefined)
  process.kill(killed, 'SIGKILL')
  await waitFor('the worker to be gone', () => !isRunning(killed))
  equal((await ask(client.token)).status, 200)
  await waitFor('another worker to be there', () => childrenOf(server.process.pid).length === 2)
  const workers = new Set<string>()
  await waitFor('the new worker to answer', async () => {
    const { worker, status } = await ask(client.token)
    equal(status, 200)
    workers.add(worker)
    return workers.size === 2
  })
  match(server.output(), /a worker died and is replaced/)
})

describe('Stopping', { concurrency: 1 }, () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`by ${signal} to the whole group, as from a terminal, every worker completes its requests`, async () => {
      await using stopped = await startServer({ args: ['--workers', '2'] })
      const client = new TestClient(stopped.url)
      await client.register('Finisher')
      const workers = childrenOf(stopped.process.pid)
      // Hashing takes a while: these are pending when the signal arrives.
      const body = JSON.stringify({ username: 'Finisher', password: PASSWORD })
      const pending = Array.from({ length: 4 }, () => requestOnce(stopped.url, '/access/login', { method: 'POST', body }))
      await waitFor('the logins to be under way', async () => (await requestOnce(stopped.url, '/livez')).status === 200)
      for (const worker of workers) process.kill(worker, signal)
      equal(await stopped.stop(signal), 0)
      deepEqual(new Set((await Promise.all(pending)).map(({ status }) => status)), new Set([200]))
      deepEqual(workers.filter(isRunning), [])
    })
  }

  test('by kill -9 of the primary process, the workers exit too and free the port', async () => {
    await using killed = await startServer({ args: ['--workers', '2'] })
    const workers = childrenOf(killed.process.pid)
    equal(workers.length, 2)
    await killed.stop('SIGKILL')
    await waitFor('the workers to be gone', () => !workers.some(isRunning))
  })
})

test('Workers are refused with a database that they cannot share', async () => {
  const { code, stderr } = await runCommand(['serve', '--workers', '2'], {
    folder: server.folder,
    env: { DATABASE_URL: 'sqlite::memory:' },
  })
  equal(code, 2)
  match(stderr, /^latchkey: --workers needs a database that processes can share; .* accepted with workers: sqlite:PATH\.\n$/)
})

test('A setting with which no worker can start is refused in one line', async () => {
  const port = new URL(server.url).port
  const { code, stderr, stdout } = await runCommand(['serve', '--workers', '2'], { folder: server.folder, env: { PORT: port } })
  deepEqual([code, stdout], [2, ''])
  match(stderr, /^latchkey: PORT is "\d+", which is in use on HOST "127\.0\.0\.1"; accepted: .*\n$/)
})

test('Metrics of all workers are served on one port, labelled by worker', async () => {
  const metricsPort = await freePort()
  await using own = await startServer({ args: ['--workers', '2'], env: { METRICS_PORT: String(metricsPort) } })
  for (let round = 0; round < 20; round += 1) await requestOnce(own.url, '/access/session')
  const metrics = async () => (await requestOnce(`http://127.0.0.1:${metricsPort}`, '/metrics')).text
  const total = (text: string) =>
    [...text.matchAll(/^latchkey_requests_total\{[^}]*route="\/access\/session"[^}]*\} (\d+)$/gm)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    )
  await waitFor('all requests to be counted', async () => total(await metrics()) === 20)
  const text = await metrics()
  match(text, /^latchkey_request_seconds_bucket\{le="\+Inf",[^}]*route="\/access\/session"[^}]*\} \d+$/m)
  match(text, /^latchkey_request_seconds_count\{[^}]*worker="\d"[^}]*\} \d+$/m)
  match(text, /^process_cpu_seconds_total/m)
})
