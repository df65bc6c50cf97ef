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

/** @throws Error when more than one answer in a thousand was not the one expected */
export async function load(server: SubjectProcess, target: Target, connections: number, milliseconds: number): Promise<Load> {
  await server.usage()
  const { requests, errors, timeouts, statusCodeStats, latency, duration } = await autocannon({
    url: target.url,
    method: target.method,
    headers: target.headers,
    ...(target.body === undefined ? {} : { body: target.body }),
    connections,
    duration: milliseconds / 1000,
    sampleInt: 100,
  })
  const { cpu, gc, delay } = await server.usage()
  const good = statusCodeStats?.[`${target.status}`]?.count ?? 0
  const bad = requests.total - good + errors + timeouts
  if (bad > requests.total / 1000) {
    const seen = Object.entries(statusCodeStats ?? {}).map(([status, { count }]) => `${count} × ${status}`)
    throw new Error(`${bad} of ${requests.total} answers were wrong: ${seen.join(', ')}, ${errors} errors`)
  }
  return { requestsPerSecond: good / duration, cpuPerRequest: (cpu * 1000) / good, p99: latency.p99, errors: bad, gc, delay }
}
