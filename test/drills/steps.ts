// The steps of a simulated person: each one is noted in the ledger once the server has acknowledged it.

import { equal } from 'node:assert/strict'
import { PASSWORD, type TestResponse } from '../support/test-client.ts'
import type { ExpectedState, Step } from './expected-state.ts'

/** How often each step is taken: changes are more frequent than sign-ins, which cost a hash each. */
const WEIGHTS: Readonly<Partial<Record<Step, number>>> = {
  patch: 8,
  event: 5,
  login: 1,
  restore: 1,
  logout: 1,
  password: 1,
  register: 1,
}
const WEIGHTED_STEPS = Object.entries(WEIGHTS).flatMap(([step, weight]) => Array<Step>(weight).fill(step as Step))

/** Takes steps until the connection breaks or it is told to stop. @throws whatever is not a broken connection */
export async function runSteps(ledger: ExpectedState, base: string, isOver: () => boolean): Promise<void> {
  ledger.client = ledger.client.forServer(base)
  while (!isOver()) {
    const step = chooseStep(ledger)
    ledger.count += 1
    const { count } = ledger
    ledger.pending = { step, count, before: ledger.currentSession() }
    try {
      await runStep(ledger, step, count)
    } catch (error) {
      if (!isConnectionError(error)) throw error
      return
    }
    ledger.pending = undefined
    ledger.acknowledged.set(step, (ledger.acknowledged.get(step) ?? 0) + 1)
  }
}

export function isConnectionError(error: unknown): boolean {
  return error instanceof TypeError && /fetch failed|terminated/.test(error.message)
}

export const slot = (count: number) => `k${count % 20}`
export const nameOf = (ledger: ExpectedState, count: number) => `${ledger.name}-${count}`
export const passwordOf = (count: number) => `seven-moons-over-tulip-${count}`

function chooseStep(ledger: ExpectedState): Step {
  if (ledger.username === '') return 'register'
  if (!ledger.signedIn) return 'login'
  const step = WEIGHTED_STEPS[Math.floor(Math.random() * WEIGHTED_STEPS.length)] ?? 'patch'
  return step === 'restore' && ledger.client.cookie('remember') === '' ? 'patch' : step
}

async function runStep(ledger: ExpectedState, step: Step, count: number): Promise<void> {
  const { client } = ledger
  const before = ledger.currentSession()
  switch (step) {
    case 'register':
      await client.register(nameOf(ledger, count), { remember: true })
      ledger.recordEnded(before, step)
      Object.assign(ledger, { username: client.username, password: PASSWORD, events: [], data: {}, signedIn: true })
      return
    case 'login':
      await client.login(ledger.username, { password: ledger.password, remember: count % 2 === 0 })
      ledger.recordEnded(before, step)
      Object.assign(ledger, { data: {}, signedIn: true })
      return
    case 'restore':
      client.restartBrowser()
      await client.refreshToken()
      ledger.data = {}
      return
    case 'patch':
      expect(200, await client.call('PATCH', '/access/session/data', { body: { [slot(count)]: count } }))
      ledger.data = { ...ledger.data, [slot(count)]: count }
      return
    case 'event':
      expect(201, await client.call('POST', '/access/audit-events', { body: { action: 'drill.step', detail: { n: count } } }))
      ledger.events = [...ledger.events, count]
      return
    case 'logout':
      expect(200, await client.call('POST', `/access/logout/${client.userId}`))
      ledger.recordEnded(before, step)
      ledger.signedIn = false
      return
    case 'password': {
      const body = { current: ledger.password, next: passwordOf(count) }
      client.signedIn(await client.call('POST', '/access/password', { body }), 200)
      ledger.recordEnded(before, step)
      ledger.password = body.next
      return
    }
  }
}

function expect(status: number, reply: TestResponse): void {
  equal(reply.status, status, reply.text)
}
