// Measures the latency of sequential requests, as a single user experiences it.

import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Target } from './subject.ts'

/** The pause between requests, in milliseconds. */
const PAUSE_MS = 2

/** The 99th percentile of the latency, in milliseconds. @throws Error for an unexpected response */
export async function p99Latency(target: Target, milliseconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const times: number[] = []
  const end = performance.now() + milliseconds
  while (performance.now() < end) {
    const startedAt = performance.now()
    const status = await statusOf(target, agent)
    if (status !== target.status) throw new Error(`A check was answered with ${status}`)
    times.push(performance.now() - startedAt)
    await pause(PAUSE_MS)
  }
  agent.destroy()
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN
}

function statusOf({ method, url, headers }: Target, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers, agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0))
    })
      .once('error', reject)
      .end()
  })
}
