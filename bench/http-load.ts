// Generates HTTP load from this process, and measures its cost in the server process.

import autocannon from 'autocannon'
import type { SubjectProcess } from './processes.ts'
import type { Target } from './subject.ts'

export interface Load {
  readonly requestsPerSecond: number
  /** CPU time of the server for one request, in microseconds. */
  readonly cpuPerRequest: number
  /** Milliseconds. */
  readonly p99: number
  readonly errors: number
  /** Garbage collection and event-loop delay of the server under load, as in `Usage`. */
  readonly gc: number
  readonly delay: number
}

interface LoadCounts {
  readonly succeeded: number
  readonly failed: number
  /** Seconds. */
  readonly duration: number
  readonly p99: number
}

/** @throws Error if more than one response in a thousand is unexpected */
export async function load(server: SubjectProcess, target: Target, connections: number, milliseconds: number): Promise<Load> {
  await server.watch()
  const { succeeded, failed, duration, p99 } = await answersOf(target, connections, milliseconds)
  const { cpu, gc, delay } = await server.usage()
  return { requestsPerSecond: succeeded / duration, cpuPerRequest: (cpu * 1000) / succeeded, p99, errors: failed, gc, delay }
}

/** Requests per second of a server that is not a subject. @throws Error as `load` */
export async function rateOf(target: Target, connections: number, milliseconds: number): Promise<number> {
  const { succeeded, duration } = await answersOf(target, connections, milliseconds)
  return succeeded / duration
}

async function answersOf({ url, method, headers, body, status }: Target, connections: number, milliseconds: number): Promise<LoadCounts> {
  const options = { url, method, headers, connections, duration: milliseconds / 1000, sampleInt: 100 }
  const { requests, errors, timeouts, statusCodeStats, latency, duration } = await autocannon(
    body === undefined ? options : { ...options, body },
  )
  const succeeded = statusCodeStats?.[`${status}`]?.count ?? 0
  const failed = requests.total - succeeded + errors + timeouts
  if (failed > requests.total / 1000) {
    const statuses = Object.entries(statusCodeStats ?? {}).map(([code, { count }]) => `${count} × ${code}`)
    throw new Error(`${failed} of ${requests.total} responses were unexpected: ${statuses.join(', ')}, ${errors} errors`)
  }
  return { succeeded, failed, duration, p99: latency.p99 }
}
