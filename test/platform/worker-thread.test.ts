// The thread for expensive work: what crashes, loops or leaves is replaced, and nothing keeps the process alive.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { createPasswordEstimator } from '../../src/platform/password-strength.ts'
import { createWorkerThread } from '../../src/platform/worker-thread.ts'

const PROGRAM = new URL('../support/misbehaving-worker.ts', import.meta.url)

function misbehavingThread(jobTimeoutMs = 60_000) {
  const faults: string[] = []
  const onError = (error: unknown) => void faults.push(String(error))
  const thread = createWorkerThread<string, string>({ program: PROGRAM, jobTimeoutMs, startTimeoutMs: 60_000, onError })
  return { faults, thread }
}

for (const [job, fault] of [
  ['throw', /thrown in the thread/],
  ['leave', /exited with code 3/],
] as const) {
  test(`a thread that ends by its job (${job}) says so, and the next job gets a new one`, async () => {
    const { faults, thread } = misbehavingThread()
    try {
      equal(await thread.run('answer'), 'answered')
      equal(await thread.run(job), undefined)
      match(faults.join(), fault)
      equal(await thread.run('answer'), 'answered')
      equal(faults.length, 1)
    } finally {
      await thread.close()
    }
  })
}

test('a job that takes too long ends the thread, and the next job gets a new one', async () => {
  const { faults, thread } = misbehavingThread(300)
  try {
    equal(await thread.run('loop'), undefined)
    match(faults.join(), /did not finish its job within 300 ms/)
  } finally {
    await thread.close()
  }
  const { thread: next } = misbehavingThread()
  equal(await next.run('answer'), 'answered')
  await next.close()
})

for (const program of [new URL('../support/nowhere.ts', import.meta.url), new URL('https://example.com/program.js')])
  test(`a program that cannot be started (${program.protocol}) comes to nothing, each time anew`, async () => {
    const faults: unknown[] = []
    const options = { jobTimeoutMs: 60_000, startTimeoutMs: 60_000, onError: (error: unknown) => void faults.push(error) }
    const thread = createWorkerThread<string, string>({ program, ...options })
    equal(await thread.run('answer'), undefined)
    equal(await thread.run('answer'), undefined)
    equal(faults.length, 2)
    await thread.close()
  })

test('a thread that is closed ends the job under way, and takes no other', async () => {
  const { faults, thread } = misbehavingThread()
  equal(await thread.run('answer'), 'answered')
  const underWay = thread.run('loop')
  await thread.close()
  deepEqual([await underWay, await thread.run('answer'), faults], [undefined, undefined, []])
})

test('a thread is given neither the environment nor the arguments of its process', async () => {
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

test('the thread keeps the process alive for a job, and not after it, although nobody closes it', () => {
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], { encoding: 'utf8', timeout: 120_000 })
  deepEqual([stdout, status], ['estimated', 0])
})

test('an estimate whose thread crashes or takes too long is undefined, and so the password is not accepted', async () => {
  const faults: unknown[] = []
  const estimator = createPasswordEstimator({ program: PROGRAM, onError: (error) => void faults.push(error) })
  // The odd thread does not understand this job, and throws.
  equal(await estimator.estimate('kX9#qLm2vTz8wRb4', []), undefined)
  ok(faults.length === 1)
  await estimator.close()
})
