// What became of a request that was never answered: it was done, or it was not, and nothing in between.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { PASSWORD, TestClient } from '../support/test-client.ts'
import { type ExpectedState, recordedSteps } from './expected-state.ts'
import { nameOf, passwordOf, slot } from './steps.ts'

/** Finds out, and brings the ledger up to date. */
export async function resolvePending(ledger: ExpectedState, base: string): Promise<void> {
  ledger.client = ledger.client.forServer(base)
  const { client, pending, name } = ledger
  if (pending === undefined) return
  const { step, count, before } = pending
  ledger.pending = undefined
  const isAlive = async () => (await client.callWithCookies('GET', '/access/session')).status === 200
  const signsIn = async (username: string, password: string) =>
    (await new TestClient(base).callWithCookies('POST', '/access/login', { body: { username, password } })).status === 200
  const isDone = async () => ledger.signedIn && !(await isAlive())

  switch (step) {
    case 'register': {
      const username = nameOf(ledger, count)
      const exists = await signsIn(username, PASSWORD)
      if (ledger.signedIn) equal(await isAlive(), !exists, `${name}: registering ends what was sent along, or does nothing`)
      if (!exists) return
      ledger.recordEnded(before, step)
      Object.assign(ledger, { username, password: PASSWORD, events: [], data: {}, signedIn: false })
      return
    }
    case 'login':
    case 'logout':
      if (!(await isDone())) return
      ledger.recordEnded(before, step)
      ledger.signedIn = false
      return
    case 'restore':
      // The answer was lost, and with it the rotated login: the old one must still do, and be no theft.
      await client.refreshToken()
      ledger.data = {}
      return
    case 'patch': {
      const { json } = await client.callWithCookies('GET', '/access/session/data')
      const done = { ...ledger.data, [slot(count)]: count }
      if (isDeepStrictEqual(json.data, done)) ledger.data = done
      return
    }
    case 'event': {
      const steps = await recordedSteps(client)
      if (steps.length > ledger.events.length) ledger.events = [...ledger.events, count]
      deepEqual(steps, ledger.events)
      return
    }
    case 'password': {
      const done = await isDone()
      const next = passwordOf(count)
      ok(await signsIn(ledger.username, done ? next : ledger.password), `${name}: the password that counts`)
      equal(await signsIn(ledger.username, done ? ledger.password : next), false, `${name}: the password that does not`)
      if (!done) return
      ledger.recordEnded(before, step)
      Object.assign(ledger, { password: next, signedIn: false })
      return
    }
  }
}
