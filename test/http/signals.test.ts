// A sign-in that is suddenly used by another kind of device, or a token from two networks: recorded with a grade, told to the host, and
// where the policy says so the password is asked for again.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Operation } from '../../src/domain/operation.ts'
import { HOUR, MINUTE, SECOND } from '../../src/domain/time.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { register } from '../support/people.ts'
import { until } from '../support/until.ts'

const OWNER = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'
const NEWER = OWNER.replace('156', '157')
const OTHER = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0'

const signUp = (latchkey: InProcess, body = {}) => register(latchkey, body, { headers: { 'user-agent': OWNER } })

async function use(latchkey: InProcess, headers: Readonly<Record<string, string>>, device: string, address = '192.0.2.1') {
  latchkey.clock.turn(2 * SECOND)
  // The log is heard again by the clock that was turned.
  await until('the log to be heard', () => latchkey.engine.endings.isHeard(latchkey.clock.now()))
  return latchkey.call('GET', '/access/session', { headers: { ...headers, 'user-agent': device }, address })
}

async function signals(latchkey: InProcess, userCode: string): Promise<readonly (readonly [string, string])[]> {
  const listed = await latchkey.engine.store.operations.list(userCode, null, 200)
  return listed.filter(({ action }) => /^device\.|^token\./.test(action)).map(({ action, outcome }) => [action, outcome] as const)
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('a session that speaks another kind of browser on another system is an alarm, told once; a new version is none', async () => {
  const told: Operation[] = []
  await using latchkey = await startInProcess({}, { onAlarm: (alarm) => void told.push(alarm) })
  const { session, code } = await signUp(latchkey)
  equal((await use(latchkey, { cookie: session }, NEWER)).status, 200)
  await settled()
  deepEqual(await signals(latchkey, code), [])
  for (let time = 0; time < 5; time += 1) equal((await use(latchkey, { cookie: session }, OTHER, '198.51.100.7')).status, 200)
  await until('the alarm to be told', () => told.length > 0)
  deepEqual(await signals(latchkey, code), [['device.changed', 'alarm']])
  equal(told.length, 1)
  const { seenBefore, presentedNow } = (told[0]?.detail ?? {}) as {
    seenBefore: { device: string }
    presentedNow: { device: string; ip: string }
  }
  deepEqual([seenBefore.device, presentedNow.device, presentedNow.ip], [OWNER, OTHER, '198.51.100.7'])
})

test('a token that is used from two networks within a minute is a notice; one after the other is nothing, and an address decides nothing', async () => {
  await using latchkey = await startInProcess({ askAgain: 'warning' })
  const { token, code } = await signUp(latchkey)
  const from = (address: string) => use(latchkey, { authorization: token }, OWNER, address)
  await from('192.0.2.1')
  latchkey.clock.turn(MINUTE)
  await from('203.0.113.1')
  await settled()
  deepEqual(await signals(latchkey, code), [])
  equal((await from('192.0.2.1')).status, 200)
  await until('the notice to be recorded', async () => (await signals(latchkey, code)).length > 0)
  equal((await from('192.0.99.1')).status, 200)
  deepEqual(await signals(latchkey, code), [['token.networks', 'notice']])
})

test('a remembered login that comes back from another kind of device is recorded, and restored all the same', async () => {
  await using latchkey = await startInProcess()
  const { remembered, code } = await signUp(latchkey, { remember: true })
  latchkey.clock.turn(HOUR)
  const { status } = await latchkey.call('POST', '/access/token', { headers: { cookie: remembered, 'user-agent': OTHER } })
  equal(status, 200)
  deepEqual(await signals(latchkey, code), [['device.changed', 'alarm']])
})

test('where the policy says so, the sign-in ends and the password is asked for again', async () => {
  const told: Operation[] = []
  await using latchkey = await startInProcess({ askAgain: 'alarm' }, { onAlarm: (alarm) => void told.push(alarm) })
  const first = await signUp(latchkey, { remember: true })
  const restored = await latchkey.call('POST', '/access/token', { headers: { cookie: first.remembered, 'user-agent': OTHER } })
  deepEqual([restored.status, restored.json.reason], [401, 'theft_suspected'])
  const { session } = await register(latchkey, { username: 'Berta' }, { headers: { 'user-agent': OWNER } })
  await use(latchkey, { cookie: session }, OTHER)
  await until('the session to end', async () => (await use(latchkey, { cookie: session }, OWNER)).status === 401)
  const { json } = await use(latchkey, { cookie: session }, OWNER)
  equal(json.reason, 'theft_suspected')
  equal(told.length, 2)
})

test('a host that fails when it is told of an alarm is a fault, and nobody else notices', async () => {
  const faults: string[] = []
  await using latchkey = await startInProcess(
    {},
    {
      onAlarm: () => {
        throw new Error('no mail today')
      },
      onFault: (what, error) => void faults.push(`${what}: ${(error as Error).message}`),
    },
  )
  const { session } = await signUp(latchkey)
  equal((await use(latchkey, { cookie: session }, OTHER)).status, 200)
  await until('the fault', () => faults.length > 0)
  ok(faults.includes('alarm: no mail today'))
})
