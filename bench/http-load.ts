// Load over HTTP from this process, and what it costs the process that answers.

import autocannon from 'autocannon'
import type { SubjectProcess } from './processes.ts'
import type { Target } from './subject.ts'

export interface Load {
  readonly requestsPerSecond: number
  /** Microseconds of processor time of the server for one request. */
  readonly cpuPerRequest: number
  /** Milliseconds. */
  readonly p99: number
  readonly errors: number
  /** Shares and milliseconds of the server, while it was loaded. */
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

/** @throws Error when more than one answer in a thousand was not the one expected */
export async function load(server: SubjectProcess, target: Target, connections: number, milliseconds: number): Promise<Load> {
  await server.watch()
  const { succeeded, failed, duration, p99 } = await answersOf(target, connections, milliseconds)
  const { cpu, gc, delay } = await server.usage()
  return { requestsPerSecond: succeeded / duration, cpuPerRequest: (cpu * 1000) / succeeded, p99, errors: failed, gc, delay }
}

/** Of a server that is not a subject: requests per second. @throws Error as `load` */
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
    const seen = Object.entries(statusCodeStats ?? {}).map(([code, { count }]) => `${count} × ${code}`)
    throw new Error(`${failed} of ${requests.total} answers were wrong: ${seen.join(', ')}, ${errors} errors`)
  }
  return { succeeded, failed, duration, p99: latency.p99 }
}
