// The bounded queue: its limits, its order, and that it does no work for callers that have disconnected.

import { deepEqual, equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { createBoundedQueue } from '../../src/platform/bounded-queue.ts'

/** A queue whose jobs run until the test finishes them; `started` has the order in which they started. */
function controlledQueue(concurrency: number, capacity: number) {
  const queue = createBoundedQueue(concurrency, capacity)
  const started: string[] = []
  const finish = new Map<string, () => void>()
  const add = (name: string, signal?: AbortSignal) =>
    queue.run(() => {
      started.push(name)
      return new Promise<string>((resolve) => finish.set(name, () => resolve(name)))
    }, signal)
  return { queue, started, finish, add }
}

test('running and waiting jobs are bounded, and further ones are refused at once without being started', async () => {
  const { queue, started, finish, add } = controlledQueue(2, 2)
  const jobs = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => add(name))
  deepEqual(await Promise.all(jobs.slice(4)), [undefined, undefined])
  deepEqual([started, queue.running, queue.waiting], [['a', 'b'], 2, 2])
  for (const name of ['b', 'a', 'c', 'd']) {
    finish.get(name)?.()
    await yieldToEventLoop()
  }
  deepEqual(await Promise.all(jobs.slice(0, 4)), ['a', 'b', 'c', 'd'])
  deepEqual([started, queue.running, queue.waiting], [['a', 'b', 'c', 'd'], 0, 0])
})

test('a job whose caller disconnects while it waits is never started, and its place is free at once', async () => {
  const { queue, started, finish, add } = controlledQueue(1, 2)
  const first = add('first')
  const disconnected = new AbortController()
  const dropped = add('dropped', disconnected.signal)
  const last = add('last')
  equal(await add('refused'), undefined)
  disconnected.abort()
  equal(await dropped, undefined)
  equal(queue.waiting, 1)
  const late = add('late')
  equal(queue.waiting, 2, 'the free place is taken')
  for (const name of ['first', 'last', 'late']) {
    finish.get(name)?.()
    await yieldToEventLoop()
  }
  deepEqual([await first, await last, await late], ['first', 'last', 'late'])
  deepEqual([started, queue.running], [['first', 'last', 'late'], 0])
})

test('a caller that has already disconnected gets no place, even in an empty queue', async () => {
  const { queue, started, add } = controlledQueue(1, 1)
  equal(await add('aborted', AbortSignal.abort()), undefined)
  deepEqual([started, queue.running, queue.waiting], [[], 0, 0])
})

test('started work is completed, and a caller that disconnects during or after it frees no place twice', async () => {
  const { queue, started, finish, add } = controlledQueue(1, 4)
  const disconnected = new AbortController()
  const first = add('first', disconnected.signal)
  const second = add('second', disconnected.signal)
  const others = ['third', 'fourth'].map((name) => add(name))
  finish.get('first')?.()
  await yieldToEventLoop()
  disconnected.abort()
  await yieldToEventLoop()
  deepEqual([started, queue.running, queue.waiting], [['first', 'second'], 1, 2])
  for (const name of ['second', 'third', 'fourth']) {
    finish.get(name)?.()
    await yieldToEventLoop()
  }
  deepEqual(await Promise.all([first, second, ...others]), ['first', 'second', 'third', 'fourth'])
  deepEqual([queue.running, queue.waiting], [0, 0])
})

test('a thousand callers that disconnect together leave no jobs', async () => {
  const { queue, started, finish, add } = controlledQueue(1, 1000)
  const first = add('first')
  const disconnected = new AbortController()
  const dropped = Array.from({ length: 1000 }, (_, index) => add(`${index}`, disconnected.signal))
  equal(queue.waiting, 1000)
  disconnected.abort()
  deepEqual(new Set(await Promise.all(dropped)), new Set([undefined]))
  equal(queue.waiting, 0)
  finish.get('first')?.()
  await first
  deepEqual([started, queue.running], [['first'], 0])
})

test('a job that fails, synchronously or later, releases its slot', async () => {
  const queue = createBoundedQueue(1, 2)
  const late = queue.run(async () => {
    await yieldToEventLoop()
    throw new Error('late')
  })
  const synchronous = queue.run(() => {
    throw new Error('synchronous')
  })
  const fine = queue.run(async () => 'fine')
  await rejects(late, /late/)
  await rejects(synchronous, /synchronous/)
  equal(await fine, 'fine')
  deepEqual([queue.running, queue.waiting], [0, 0])
})
