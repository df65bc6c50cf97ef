// The child process of a subject: runs the subject and executes commands sent as messages.

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
  /** CPU time since `watch`, in milliseconds. */
  readonly cpu: number
  /** The share of time spent in garbage collection. */
  readonly gc: number
  /** The 99th percentile of the event-loop delay, in milliseconds. */
  readonly delay: number
}

const path = process.argv[2] ?? ''
const { subject }: { readonly subject: SubjectModule } = await import(path)

/** Enabled only during `watch`: it wakes the process often, which disturbs other measurements. */
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
  const capabilities = Object.keys(prepared).filter((key) => key.startsWith('check') || key === 'createSessions')
  process.send?.({ ready: { name, packages, guarded, signIn, capabilities } })
} catch (error) {
  process.send?.({ ready: { name, packages, capabilities: [], fault: reasonOf(error) } })
}

// Exits if the parent process has gone.
process.once('disconnect', () => setTimeout(() => process.exit(), 10_000).unref())

let before = { cpu: process.cpuUsage(), at: performance.now() }

process.on('message', (command: SubjectCommand) => {
  execute(command).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ fault: reasonOf(error) }),
  )
})

async function execute(command: SubjectCommand): Promise<unknown> {
  switch (command.do) {
    case 'check':
      return measure(command.which, command.milliseconds)
    case 'allocation':
      return allocation(command.which)
    case 'create-sessions':
      await prepared?.createSessions?.(command.count)
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

/** Milliseconds after which the loop yields to the event loop, as in a server. */
const SLICE_MS = 10

/** Returns microseconds for each check. */
async function measure(which: Check, milliseconds: number): Promise<number> {
  const check = prepared?.[which]
  if (check === undefined) throw new Error(`The subject has no ${which}`)
  let calls = 0
  let spent = 0
  while (spent < milliseconds) {
    const startedAt = performance.now()
    let now = startedAt
    while (now - startedAt < SLICE_MS) {
      for (let batch = 0; batch < 20; batch += 1) {
        const result = check()
        if (!(result instanceof Promise ? await result : result)) throw new Error(`${which} refused the request`)
      }
      calls += 20
      now = performance.now()
    }
    spent += now - startedAt
    await new Promise((resolve) => setImmediate(resolve))
  }
  return (spent * 1000) / calls
}

/** Few enough calls that no garbage collection runs meanwhile. */
const ALLOCATION_CALLS = 500

/** Returns bytes for each check. */
async function allocation(which: Check): Promise<number> {
  const check = prepared?.[which]
  if (check === undefined) throw new Error(`The subject has no ${which}`)
  if (globalThis.gc) await globalThis.gc({ execution: 'async', type: 'minor' })
  const start = process.memoryUsage().heapUsed
  for (let call = 0; call < ALLOCATION_CALLS; call += 1) await check()
  return (process.memoryUsage().heapUsed - start) / ALLOCATION_CALLS
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
