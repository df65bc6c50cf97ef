// One request after the other, each timed to the microsecond: what a single visitor feels.

import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Target } from './subject.ts'

/** Between requests, in milliseconds: a visitor, not a flood. */
const PAUSE = 2

/** The time below which 99 of 100 answers come, in milliseconds. @throws Error for any answer but the one expected */
export async function p99Latency(target: Target, milliseconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const times: number[] = []
  const end = performance.now() + milliseconds
  while (performance.now() < end) {
    const began = performance.now()
    const status = await statusOf(target, agent)
    if (status !== target.status) throw new Error(`A check was answered with ${status}`)
    times.push(performance.now() - began)
    await pause(PAUSE)
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
