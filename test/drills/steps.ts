// The steps of a simulated person: each one is noted in the ledger once the server has acknowledged it.

import { equal } from 'node:assert/strict'
import { PASSWORD, type Reply } from '../support/visitor.ts'
import type { Ledger, Step } from './ledger.ts'

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
const LOTS = Object.entries(WEIGHTS).flatMap(([step, weight]) => Array<Step>(weight).fill(step as Step))

/** Takes steps until the connection breaks or it is told to stop. @throws whatever is not a broken connection */
export async function work(ledger: Ledger, base: string, isOver: () => boolean): Promise<void> {
  ledger.visitor = ledger.visitor.at(base)
  while (!isOver()) {
    const step = choose(ledger)
    ledger.count += 1
    const { count } = ledger
    ledger.doubt = { step, count, before: ledger.copy() }
    try {
      await take(ledger, step, count)
    } catch (error) {
      if (!isBroken(error)) throw error
      return
    }
    ledger.doubt = undefined
    ledger.acknowledged.set(step, (ledger.acknowledged.get(step) ?? 0) + 1)
  }
}

export function isBroken(error: unknown): boolean {
  return error instanceof TypeError && /fetch failed|terminated/.test(error.message)
}

export const slot = (count: number) => `k${count % 20}`
export const nameOf = (ledger: Ledger, count: number) => `${ledger.name}-${count}`
export const passwordOf = (count: number) => `seven-moons-over-tulip-${count}`

function choose(ledger: Ledger): Step {
  if (ledger.username === '') return 'register'
  if (!ledger.signedIn) return 'login'
  const step = LOTS[Math.floor(Math.random() * LOTS.length)] ?? 'patch'
  return step === 'restore' && ledger.visitor.cookie('remember') === '' ? 'patch' : step
}

async function take(ledger: Ledger, step: Step, count: number): Promise<void> {
  const { visitor } = ledger
  const before = ledger.copy()
  switch (step) {
    case 'register':
      await visitor.register(nameOf(ledger, count), { remember: true })
      ledger.noteEnd(before, step)
      Object.assign(ledger, { username: visitor.username, password: PASSWORD, events: [], data: {}, signedIn: true })
      return
    case 'login':
      await visitor.login(ledger.username, { password: ledger.password, remember: count % 2 === 0 })
      ledger.noteEnd(before, step)
      Object.assign(ledger, { data: {}, signedIn: true })
      return
    case 'restore':
      visitor.restartBrowser()
      await visitor.renew()
      ledger.data = {}
      return
    case 'patch':
      expect(200, await visitor.call('PATCH', '/access/session/data', { body: { [slot(count)]: count } }))
      ledger.data = { ...ledger.data, [slot(count)]: count }
      return
    case 'event':
      expect(201, await visitor.call('POST', '/access/audit-events', { body: { action: 'drill.step', detail: { n: count } } }))
      ledger.events = [...ledger.events, count]
      return
    case 'logout':
      expect(200, await visitor.call('POST', `/access/logout/${visitor.code}`))
      ledger.noteEnd(before, step)
      ledger.signedIn = false
      return
    case 'password': {
      const body = { current: ledger.password, next: passwordOf(count) }
      visitor.signedIn(await visitor.call('POST', '/access/password', { body }), 200)
      ledger.noteEnd(before, step)
      ledger.password = body.next
      return
    }
  }
}

function expect(status: number, reply: Reply): void {
  equal(reply.status, status, reply.text)
}
