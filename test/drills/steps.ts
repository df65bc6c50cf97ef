// The steps of a simulated user. Each one is added to the expected state once the server has acknowledged it.

import { equal } from 'node:assert/strict'
import { PASSWORD, type TestResponse } from '../support/test-client.ts'
import type { ExpectedState, Step } from './expected-state.ts'

/** The frequency of each step: changes are more frequent than sign-ins, which cost a password hash each. */
const WEIGHTS: Readonly<Partial<Record<Step, number>>> = {
  patch: 8,
  event: 5,
  login: 1,
  refresh: 1,
  logout: 1,
  password: 1,
  register: 1,
}
const WEIGHTED_STEPS = Object.entries(WEIGHTS).flatMap(([step, weight]) => Array<Step>(weight).fill(step as Step))

/** Runs steps until the connection fails or `isOver` returns true. @throws any error that is not a connection error */
export async function runSteps(state: ExpectedState, base: string, isOver: () => boolean): Promise<void> {
  state.client = state.client.forServer(base)
  while (!isOver()) {
    const step = chooseStep(state)
    state.count += 1
    const { count } = state
    state.pending = { step, count, before: state.currentSession() }
    try {
      await runStep(state, step, count)
    } catch (error) {
      if (!isConnectionError(error)) throw error
      return
    }
    state.pending = undefined
    state.acknowledged.set(step, (state.acknowledged.get(step) ?? 0) + 1)
  }
}

export function isConnectionError(error: unknown): boolean {
  return error instanceof TypeError && /fetch failed|terminated/.test(error.message)
}

export const slot = (count: number) => `k${count % 20}`
export const nameOf = (state: ExpectedState, count: number) => `${state.name}-${count}`
export const passwordOf = (count: number) => `seven-moons-over-tulip-${count}`

function chooseStep(state: ExpectedState): Step {
  if (state.username === '') return 'register'
  if (!state.signedIn) return 'login'
  const step = WEIGHTED_STEPS[Math.floor(Math.random() * WEIGHTED_STEPS.length)] ?? 'patch'
  return step === 'refresh' && state.client.cookie('remember') === '' ? 'patch' : step
}

async function runStep(state: ExpectedState, step: Step, count: number): Promise<void> {
  const { client } = state
  const before = state.currentSession()
  switch (step) {
    case 'register':
      await client.register(nameOf(state, count), { remember: true })
      state.recordEnded(before, step)
      Object.assign(state, { username: client.username, password: PASSWORD, events: [], data: {}, signedIn: true })
      return
    case 'login':
      await client.login(state.username, { password: state.password, remember: count % 2 === 0 })
      state.recordEnded(before, step)
      Object.assign(state, { data: {}, signedIn: true })
      return
    case 'refresh':
      client.restartBrowser()
      await client.refreshToken()
      state.data = {}
      return
    case 'patch':
      expect(200, await client.call('PATCH', '/access/session/data', { body: { [slot(count)]: count } }))
      state.data = { ...state.data, [slot(count)]: count }
      return
    case 'event':
      expect(201, await client.call('POST', '/access/audit-events', { body: { action: 'drill.step', detail: { n: count } } }))
      state.events = [...state.events, count]
      return
    case 'logout':
      expect(200, await client.call('POST', `/access/logout/${client.userId}`))
      state.recordEnded(before, step)
      state.signedIn = false
      return
    case 'password': {
      const body = { current: state.password, next: passwordOf(count) }
      client.signedIn(await client.call('POST', '/access/password', { body }), 200)
      state.recordEnded(before, step)
      state.password = body.next
      return
    }
  }
}

function expect(status: number, reply: TestResponse): void {
  equal(reply.status, status, reply.text)
}
