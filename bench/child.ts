// One subject in a process of its own, driven by messages.

import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import type { Subject, SubjectModule } from './subject.ts'

export type Check = 'checkSession' | 'checkToken' | 'checkUncachedSession' | 'checkUncachedToken' | 'checkDpop'

export type SubjectCommand =
  | { readonly do: 'check'; readonly which: Check; readonly milliseconds: number }
  | { readonly do: 'allocation'; readonly which: Check }
  | { readonly do: 'create-sessions'; readonly count: number }
  | { readonly do: 'watch' }
  | { readonly do: 'usage' }
  | { readonly do: 'memory' }
  | { readonly do: 'close' }

export interface Usage {
  /** Milliseconds of processor time since the watching began. */
  readonly cpu: number
  /** The share of time that went to collecting garbage. */
  readonly gc: number
  /** The longest 1 % of delays of the event loop, in milliseconds. */
  readonly delay: number
}

const path = process.argv[2] ?? ''
const { subject }: { readonly subject: SubjectModule } = await import(path)

/** Only while it is watched: it wakes the process all the time, and others are measured meanwhile. */
const RESOLUTION = 5
const delays = monitorEventLoopDelay({ resolution: RESOLUTION })
let collecting = 0
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) collecting += entry.duration
}).observe({ entryTypes: ['gc'] })

const { name, packages } = subject
let prepared: Subject | undefined
try {
  prepared = await subject.prepare()
  const { guarded, signIn } = prepared
  const can = Object.keys(prepared).filter((key) => key.startsWith('check') || key === 'createSessions')
  process.send?.({ ready: { name, packages, guarded, signIn, can } })
} catch (error) {
  process.send?.({ ready: { name, packages, can: [], fault: reasonOf(error) } })
}

// Whoever drives it has gone.
process.once('disconnect', () => setTimeout(() => process.exit(), 10_000).unref())

let before = { cpu: process.cpuUsage(), at: performance.now() }

process.on('message', (order: SubjectCommand) => {
  execute(order).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ fault: reasonOf(error) }),
  )
})

async function execute(order: SubjectCommand): Promise<unknown> {
  switch (order.do) {
    case 'check':
      return measure(order.which, order.milliseconds)
    case 'allocation':
      return allocation(order.which)
    case 'create-sessions':
      await prepared?.createSessions?.(order.count)
      return null
    case 'watch':
      watch()
      return null
    case 'usage':
      return usage()
    case 'memory':
      if (globalThis.gc) await globalThis.gc({ execution: 'async', type: 'major' })
      return process.memoryUsage()
    case 'close':
      await prepared?.close()
      process.disconnect?.()
      return null
  }
}

/** Milliseconds after which everything else in the process gets its turn, as it does in a server. */
const SLICE = 10

/** Microseconds for one check. */
async function measure(which: Check, milliseconds: number): Promise<number> {
  const check = prepared?.[which]
  if (check === undefined) throw new Error(`It has no ${which}`)
  let calls = 0
  let spent = 0
  while (spent < milliseconds) {
    const began = performance.now()
    let now = began
    while (now - began < SLICE) {
      for (let batch = 0; batch < 20; batch += 1) {
        const result = check()
        if (!(result instanceof Promise ? await result : result)) throw new Error(`${which} let nobody in`)
      }
      calls += 20
      now = performance.now()
    }
    spent += now - began
    await new Promise((resolve) => setImmediate(resolve))
  }
  return (spent * 1000) / calls
}

/** Few enough that nothing is collected meanwhile. */
const ALLOCATING = 500

/** Bytes for one check. */
async function allocation(which: Check): Promise<number> {
  const check = prepared?.[which]
  if (check === undefined) throw new Error(`It has no ${which}`)
  if (globalThis.gc) await globalThis.gc({ execution: 'async', type: 'minor' })
  const start = process.memoryUsage().heapUsed
  for (let call = 0; call < ALLOCATING; call += 1) await check()
  return (process.memoryUsage().heapUsed - start) / ALLOCATING
}

function watch(): void {
  before = { cpu: process.cpuUsage(), at: performance.now() }
  collecting = 0
  delays.reset()
  delays.enable()
}

function usage(): Usage {
  const [cpu, at] = [process.cpuUsage(), performance.now()]
  const spent = (cpu.user + cpu.system - before.cpu.user - before.cpu.system) / 1000
  const result: Usage = { cpu: spent, gc: collecting / (at - before.at), delay: Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION) }
  delays.disable()
  return result
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
