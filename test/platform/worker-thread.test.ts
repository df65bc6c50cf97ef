// The worker thread: it is replaced after a crash, an endless loop or an exit, and does not keep the process alive.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { createPasswordEstimator } from '../../src/platform/password-strength.ts'
import { createWorkerThread } from '../../src/platform/worker-thread.ts'

const PROGRAM = new URL('../support/misbehaving-worker.ts', import.meta.url)

function misbehavingThread(jobTimeoutMs = 60_000) {
  const errors: string[] = []
  const onError = (error: unknown) => void errors.push(String(error))
  const thread = createWorkerThread<string, string>({ program: PROGRAM, jobTimeoutMs, startTimeoutMs: 60_000, onError })
  return { errors, thread }
}

for (const [job, message] of [
  ['throw', /thrown in the thread/],
  ['exit', /exited with code 3/],
] as const) {
  test(`a thread that is terminated by its job (${job}) is reported, and the next job starts a new one`, async () => {
    const { errors, thread } = misbehavingThread()
    try {
      equal(await thread.run('answer'), 'answered')
      equal(await thread.run(job), undefined)
      match(errors.join(), message)
      equal(await thread.run('answer'), 'answered')
      equal(errors.length, 1)
    } finally {
      await thread.close()
    }
  })
}

test('a job that takes too long terminates the thread, and the next job starts a new one', async () => {
  const { errors, thread } = misbehavingThread(300)
  try {
    equal(await thread.run('loop'), undefined)
    match(errors.join(), /did not finish its job within 300 ms/)
  } finally {
    await thread.close()
  }
  const { thread: next } = misbehavingThread()
  equal(await next.run('answer'), 'answered')
  await next.close()
})

for (const program of [new URL('../support/nowhere.ts', import.meta.url), new URL('https://example.com/program.js')])
  test(`a program that cannot be started (${program.protocol}) returns undefined, each time with an error`, async () => {
    const errors: unknown[] = []
    const options = { jobTimeoutMs: 60_000, startTimeoutMs: 60_000, onError: (error: unknown) => void errors.push(error) }
    const thread = createWorkerThread<string, string>({ program, ...options })
    equal(await thread.run('answer'), undefined)
    equal(await thread.run('answer'), undefined)
    equal(errors.length, 2)
    await thread.close()
  })

test('closing a thread terminates the running job, and no other is accepted', async () => {
  const { errors, thread } = misbehavingThread()
  equal(await thread.run('answer'), 'answered')
  const running = thread.run('loop')
  await thread.close()
  deepEqual([await running, await thread.run('answer'), errors], [undefined, undefined, []])
})

test('a thread gets neither the environment nor the arguments of the process', async () => {
  const { thread } = misbehavingThread()
  equal(await thread.run('secrets'), '[[],[]]')
  await thread.close()
})

const SCRIPT = `
import { createPasswordEstimator } from ${JSON.stringify(new URL('../../src/platform/password-strength.ts', import.meta.url).href)}
const estimator = createPasswordEstimator()
const { bits } = await estimator.estimate('kX9#qLm2vTz8wRb4', [])
process.stdout.write(bits > 30 ? 'estimated' : 'not estimated')
`

test('the thread keeps the process alive during a job, and not after it, without being closed', () => {
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], { encoding: 'utf8', timeout: 120_000 })
  deepEqual([stdout, status], ['estimated', 0])
})

test('an estimate whose thread crashes or times out is undefined, so the password is not accepted', async () => {
  const errors: unknown[] = []
  const estimator = createPasswordEstimator({ program: PROGRAM, onError: (error) => void errors.push(error) })
  // The misbehaving worker does not know this job, and throws.
  equal(await estimator.estimate('kX9#qLm2vTz8wRb4', []), undefined)
  ok(errors.length === 1)
  await estimator.close()
})
