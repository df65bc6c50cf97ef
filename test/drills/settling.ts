// What became of a request that was never answered: it was done, or it was not, and nothing in between.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { PASSWORD, Visitor } from '../support/visitor.ts'
import { type Ledger, stepsOf } from './ledger.ts'
import { nameOf, passwordOf, slot } from './steps.ts'

/** Finds out, and brings the ledger up to date. */
export async function settle(ledger: Ledger, base: string): Promise<void> {
  ledger.visitor = ledger.visitor.at(base)
  const { visitor, doubt, name } = ledger
  if (doubt === undefined) return
  const { step, count, before } = doubt
  ledger.doubt = undefined
  const isAlive = async () => (await visitor.plainly('GET', '/access/session')).status === 200
  const signsIn = async (username: string, password: string) =>
    (await new Visitor(base).plainly('POST', '/access/login', { body: { username, password } })).status === 200
  const isDone = async () => ledger.signedIn && !(await isAlive())

  switch (step) {
    case 'register': {
      const username = nameOf(ledger, count)
      const exists = await signsIn(username, PASSWORD)
      if (ledger.signedIn) equal(await isAlive(), !exists, `${name}: registering ends what was sent along, or does nothing`)
      if (!exists) return
      ledger.noteEnd(before, step)
      Object.assign(ledger, { username, password: PASSWORD, events: [], data: {}, signedIn: false })
      return
    }
    case 'login':
    case 'logout':
      if (!(await isDone())) return
      ledger.noteEnd(before, step)
      ledger.signedIn = false
      return
    case 'restore':
      // The answer was lost, and with it the rotated login: the old one must still do, and be no theft.
      await visitor.renew()
      ledger.data = {}
      return
    case 'patch': {
      const { json } = await visitor.plainly('GET', '/access/session/data')
      const done = { ...ledger.data, [slot(count)]: count }
      if (isDeepStrictEqual(json.data, done)) ledger.data = done
      return
    }
    case 'event': {
      const steps = await stepsOf(visitor)
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
      ledger.noteEnd(before, step)
      Object.assign(ledger, { password: next, signedIn: false })
      return
    }
  }
}
