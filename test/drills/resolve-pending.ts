// Resolves an unanswered request after a crash: it must have been executed completely or not at all.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { PASSWORD, TestClient } from '../support/test-client.ts'
import { type ExpectedState, recordedSteps } from './expected-state.ts'
import { nameOf, passwordOf, slot } from './steps.ts'

/** Finds out whether the request was executed, and updates the expected state. */
export async function resolvePending(state: ExpectedState, base: string): Promise<void> {
  state.client = state.client.forServer(base)
  const { client, pending, name } = state
  if (pending === undefined) return
  const { step, count, before } = pending
  state.pending = undefined
  const isAlive = async () => (await client.callWithCookies('GET', '/access/session')).status === 200
  const signsIn = async (username: string, password: string) =>
    (await new TestClient(base).callWithCookies('POST', '/access/login', { body: { username, password } })).status === 200
  const isDone = async () => state.signedIn && !(await isAlive())

  switch (step) {
    case 'register': {
      const username = nameOf(state, count)
      const exists = await signsIn(username, PASSWORD)
      if (state.signedIn) equal(await isAlive(), !exists, `${name}: a registration ends the session of the request, or does nothing`)
      if (!exists) return
      state.recordEnded(before, step)
      Object.assign(state, { username, password: PASSWORD, events: [], data: {}, signedIn: false })
      return
    }
    case 'login':
    case 'logout':
      if (!(await isDone())) return
      state.recordEnded(before, step)
      state.signedIn = false
      return
    case 'refresh':
      // The rotated credential was lost with the response: the previous one must work, without a theft alarm.
      await client.refreshToken()
      state.data = {}
      return
    case 'patch': {
      const { json } = await client.callWithCookies('GET', '/access/session/data')
      const done = { ...state.data, [slot(count)]: count }
      if (isDeepStrictEqual(json.data, done)) state.data = done
      return
    }
    case 'event': {
      const steps = await recordedSteps(client)
      if (steps.length > state.events.length) state.events = [...state.events, count]
      deepEqual(steps, state.events)
      return
    }
    case 'password': {
      const done = await isDone()
      const next = passwordOf(count)
      ok(await signsIn(state.username, done ? next : state.password), `${name}: the current password`)
      equal(await signsIn(state.username, done ? state.password : next), false, `${name}: the other password`)
      if (!done) return
      state.recordEnded(before, step)
      Object.assign(state, { password: next, signedIn: false })
      return
    }
  }
}
