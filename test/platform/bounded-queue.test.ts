// The queue for expensive work: its bounds, its order, and that no work is done for a caller that is gone.

import { deepEqual, equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { createBoundedQueue } from '../../src/platform/bounded-queue.ts'

/** Jobs that run until they are finished by hand, in the order in which they have begun. */
function controlledQueue(concurrency: number, capacity: number) {
  const queue = createBoundedQueue(concurrency, capacity)
  const begun: string[] = []
  const finish = new Map<string, () => void>()
  const add = (name: string, signal?: AbortSignal) =>
    queue.run(() => {
      begun.push(name)
      return new Promise<string>((resolve) => finish.set(name, () => resolve(name)))
    }, signal)
  return { queue, begun, finish, add }
}

test('so many jobs run, so many wait in order, and the rest are refused at once without being begun', async () => {
  const { queue, begun, finish, add } = controlledQueue(2, 2)
  const jobs = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => add(name))
  deepEqual(await Promise.all(jobs.slice(4)), [undefined, undefined])
  deepEqual([begun, queue.running, queue.waiting], [['a', 'b'], 2, 2])
  for (const name of ['b', 'a', 'c', 'd']) {
    finish.get(name)?.()
    await turnOfTheLoop()
  }
  deepEqual(await Promise.all(jobs.slice(0, 4)), ['a', 'b', 'c', 'd'])
  deepEqual([begun, queue.running, queue.waiting], [['a', 'b', 'c', 'd'], 0, 0])
})

test('a job whose caller is gone before its turn is never begun, and its place is free at once', async () => {
  const { queue, begun, finish, add } = controlledQueue(1, 2)
  const first = add('first')
  const gone = new AbortController()
  const dropped = add('dropped', gone.signal)
  const last = add('last')
  equal(await add('refused'), undefined)
  gone.abort()
  equal(await dropped, undefined)
  equal(queue.waiting, 1)
  const late = add('late')
  equal(queue.waiting, 2, 'the place that was given up is taken')
  for (const name of ['first', 'last', 'late']) {
    finish.get(name)?.()
    await turnOfTheLoop()
  }
  deepEqual([await first, await last, await late], ['first', 'last', 'late'])
  deepEqual([begun, queue.running], [['first', 'last', 'late'], 0])
})

test('a caller that is gone already gets no place, even in an empty queue', async () => {
  const { queue, begun, add } = controlledQueue(1, 1)
  equal(await add('gone', AbortSignal.abort()), undefined)
  deepEqual([begun, queue.running, queue.waiting], [[], 0, 0])
})

test('work that has begun is finished, and a caller that goes meanwhile or afterwards frees no place twice', async () => {
  const { queue, begun, finish, add } = controlledQueue(1, 4)
  const gone = new AbortController()
  const first = add('first', gone.signal)
  const second = add('second', gone.signal)
  const others = ['third', 'fourth'].map((name) => add(name))
  finish.get('first')?.()
  await turnOfTheLoop()
  gone.abort()
  await turnOfTheLoop()
  deepEqual([begun, queue.running, queue.waiting], [['first', 'second'], 1, 2])
  for (const name of ['second', 'third', 'fourth']) {
    finish.get(name)?.()
    await turnOfTheLoop()
  }
  deepEqual(await Promise.all([first, second, ...others]), ['first', 'second', 'third', 'fourth'])
  deepEqual([queue.running, queue.waiting], [0, 0])
})

test('a thousand callers that leave together leave nothing behind', async () => {
  const { queue, begun, finish, add } = controlledQueue(1, 1000)
  const first = add('first')
  const gone = new AbortController()
  const dropped = Array.from({ length: 1000 }, (_, index) => add(`${index}`, gone.signal))
  equal(queue.waiting, 1000)
  gone.abort()
  deepEqual(new Set(await Promise.all(dropped)), new Set([undefined]))
  equal(queue.waiting, 0)
  finish.get('first')?.()
  await first
  deepEqual([begun, queue.running], [['first'], 0])
})

test('a job that fails, at once or later, gives its place back', async () => {
  const queue = createBoundedQueue(1, 2)
  const late = queue.run(async () => {
    await turnOfTheLoop()
    throw new Error('late')
  })
  const atOnce = queue.run(() => {
    throw new Error('at once')
  })
  const fine = queue.run(async () => 'fine')
  await rejects(late, /late/)
  await rejects(atOnce, /at once/)
  equal(await fine, 'fine')
  deepEqual([queue.running, queue.waiting], [0, 0])
})
