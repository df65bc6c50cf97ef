// A sign-in that is suddenly used by another kind of device, or a token from two networks: recorded with a grade, told to the host, and
// where the policy says so the password is asked for again.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { AuditEvent } from '../../src/domain/audit-event.ts'
import { StoreError } from '../../src/domain/errors.ts'
import { HOUR, MINUTE, SECOND } from '../../src/domain/time.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { countryDatabase } from '../support/country-database.ts'
import { cookieHeader, type InProcess, startInProcess } from '../support/in-process.ts'
import { register } from '../support/users.ts'
import { waitFor } from '../support/wait-for.ts'

const folder = await mkdtemp(join(tmpdir(), 'latchkey-countries-'))
after(() => rm(folder, { recursive: true }))

const OWNER = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'
const NEWER = OWNER.replace('156', '157')
const OTHER = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0'

const signUp = (latchkey: InProcess, body = {}) => register(latchkey, body, { headers: { 'user-agent': OWNER } })

async function use(latchkey: InProcess, headers: Readonly<Record<string, string>>, device: string, address = '192.0.2.1') {
  latchkey.clock.advance(2 * SECOND)
  // The log is heard again by the clock that was turned.
  await waitFor('the log to be heard', () => latchkey.engine.revocationFeed.isCurrent(latchkey.clock.now()))
  return latchkey.call('GET', '/access/session', { headers: { ...headers, 'user-agent': device }, address })
}

async function signals(latchkey: InProcess, userId: string): Promise<readonly (readonly [string, string])[]> {
  const listed = await latchkey.engine.store.auditEvents.list(userId, null, 200)
  return listed
    .filter(({ action }) => /^device\.|^token\.|^login\.country/.test(action))
    .map(({ action, severity }) => [action, severity] as const)
}

async function countries(): Promise<string> {
  const path = join(folder, 'countries.mmdb')
  await writeFile(path, countryDatabase({ '192.0.2.0/24': 'AT', '203.0.113.0/24': 'NZ' }))
  return path
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('a session that speaks another kind of browser on another system is an alarm, told once; a new version is none', async () => {
  const told: AuditEvent[] = []
  await using latchkey = await startInProcess({}, { onAlarm: (alarm) => void told.push(alarm) })
  const { session, userId } = await signUp(latchkey)
  equal((await use(latchkey, { cookie: session }, NEWER)).status, 200)
  await settled()
  deepEqual(await signals(latchkey, userId), [])
  for (let time = 0; time < 5; time += 1) equal((await use(latchkey, { cookie: session }, OTHER, '198.51.100.7')).status, 200)
  await waitFor('the alarm to be told', () => told.length > 0)
  deepEqual(await signals(latchkey, userId), [['device.changed', 'alarm']])
  equal(told.length, 1)
  const { seenBefore, presentedNow } = (told[0]?.detail ?? {}) as {
    seenBefore: { userAgent: string }
    presentedNow: { userAgent: string; ip: string }
  }
  deepEqual([seenBefore.userAgent, presentedNow.userAgent, presentedNow.ip], [OWNER, OTHER, '198.51.100.7'])
})

test('whoever comes right behind the owner, time after time, is the first of a second before long', async () => {
  await using latchkey = await startInProcess()
  const { session, userId } = await signUp(latchkey)
  const soon = (device: string, milliseconds: number) => {
    latchkey.clock.advance(milliseconds)
    return latchkey.call('GET', '/access/session', { headers: { cookie: session, 'user-agent': device } })
  }
  for (let time = 0; time < 4; time += 1) {
    await soon(OWNER, 0)
    await soon(OTHER, 300)
    await settled()
  }
  await waitFor('the alarm', async () => (await signals(latchkey, userId)).length > 0)
  deepEqual(await signals(latchkey, userId), [['device.changed', 'alarm']])
})

test('a verifier that asks about a token is no other kind of device', async () => {
  await using latchkey = await startInProcess({ revokeOnRisk: 'warning' })
  const { token, session, userId } = await signUp(latchkey)
  const headers = { authorization: token, 'x-latchkey-passive': '1' }
  equal((await use(latchkey, headers, 'latchkey-verify')).status, 200)
  equal((await use(latchkey, { cookie: session }, OWNER)).status, 200)
  await settled()
  deepEqual(await signals(latchkey, userId), [])
})

test('a token that is used from two networks within a minute is a notice; one after the other is nothing, and an address decides nothing', async () => {
  await using latchkey = await startInProcess({ revokeOnRisk: 'warning' })
  const { token, userId } = await signUp(latchkey)
  const from = (address: string) => use(latchkey, { authorization: token }, OWNER, address)
  await from('192.0.2.1')
  latchkey.clock.advance(MINUTE)
  await from('203.0.113.1')
  await settled()
  deepEqual(await signals(latchkey, userId), [])
  equal((await from('192.0.2.1')).status, 200)
  await waitFor('the notice to be recorded', async () => (await signals(latchkey, userId)).length > 0)
  equal((await from('192.0.99.1')).status, 200)
  deepEqual(await signals(latchkey, userId), [['token.networks', 'notice']])
})

test('a remembered login that comes back from another kind of device is recorded, and restored all the same', async () => {
  await using latchkey = await startInProcess()
  const { remembered, userId } = await signUp(latchkey, { remember: true })
  latchkey.clock.advance(HOUR)
  const { status } = await latchkey.call('POST', '/access/token', { headers: { cookie: remembered, 'user-agent': OTHER } })
  equal(status, 200)
  deepEqual(await signals(latchkey, userId), [['device.changed', 'alarm']])
})

test('a restore from a country where nobody signed in before is a warning, told once, and ends nothing', async () => {
  await using latchkey = await startInProcess({ countryDatabase: await countries(), revokeOnRisk: 'warning' })
  let { remembered, userId } = await signUp(latchkey, { remember: true })
  const restoreFrom = async (address: string, device = OWNER) => {
    latchkey.clock.advance(HOUR)
    const { status, jar } = await latchkey.call('POST', '/access/token', { headers: { cookie: remembered, 'user-agent': device }, address })
    remembered = cookieHeader(jar)
    return status
  }
  deepEqual([await restoreFrom('192.0.2.99'), await restoreFrom('10.0.0.1')], [200, 200])
  deepEqual(await signals(latchkey, userId), [])
  equal(await restoreFrom('203.0.113.7'), 200)
  deepEqual(await signals(latchkey, userId), [['login.country', 'warning']])
  const [told] = (await latchkey.engine.store.auditEvents.list(userId, null, 200)).filter(({ action }) => action === 'login.country')
  deepEqual([told?.ip, told?.detail.country, told?.detail.usualCountries], ['203.0.113.7', 'NZ', ['AT']])
  deepEqual([await restoreFrom('192.0.2.1'), await restoreFrom('203.0.113.7')], [200, 200])
  deepEqual((await signals(latchkey, userId)).length, 1, 'both countries are known by now')
})

test('a guess from another country makes that country no known one', async () => {
  await using latchkey = await startInProcess({ countryDatabase: await countries() })
  const { remembered, userId } = await signUp(latchkey, { remember: true })
  await latchkey.call('POST', '/access/login', { body: { username: 'Anna', password: 'not this one' }, address: '203.0.113.9' })
  await latchkey.call('POST', '/access/token', { headers: { cookie: remembered, 'user-agent': OWNER }, address: '203.0.113.7' })
  deepEqual(await signals(latchkey, userId), [['login.country', 'warning']])
})

test('another country beside another browser is one alarm, and ends the sign-in where the policy says so', async () => {
  for (const [revokeOnRisk, status] of [['off', 200] as const, ['alarm', 401] as const]) {
    await using latchkey = await startInProcess({ countryDatabase: await countries(), revokeOnRisk })
    const { remembered, userId } = await signUp(latchkey, { remember: true })
    const headers = { cookie: remembered, 'user-agent': OTHER.replace('X11; Linux x86_64', 'Windows NT 10.0; Win64; x64') }
    equal((await latchkey.call('POST', '/access/token', { headers, address: '203.0.113.7' })).status, status)
    deepEqual(await signals(latchkey, userId), [['device.changed', 'alarm']])
  }
})

test('where the country is the one of last time the record is not read, and without a database never', async () => {
  for (const settings of [{}, { countryDatabase: await countries() }]) {
    await using latchkey = await startInProcess(settings)
    const { remembered } = await signUp(latchkey, { remember: true })
    latchkey.resetCounts()
    await latchkey.call('POST', '/access/token', { headers: { cookie: remembered, 'user-agent': OWNER }, address: '192.0.2.200' })
    equal(latchkey.counts.reads, 2)
  }
})

test('where the policy says so, the sign-in ends and the password is asked for again', async () => {
  const told: AuditEvent[] = []
  await using latchkey = await startInProcess({ revokeOnRisk: 'alarm' }, { onAlarm: (alarm) => void told.push(alarm) })
  const first = await signUp(latchkey, { remember: true })
  const restored = await latchkey.call('POST', '/access/token', { headers: { cookie: first.remembered, 'user-agent': OTHER } })
  deepEqual([restored.status, restored.json.reason], [401, 'theft_suspected'])
  const { session } = await register(latchkey, { username: 'Berta' }, { headers: { 'user-agent': OWNER } })
  await use(latchkey, { cookie: session }, OTHER)
  await waitFor('the session to end', async () => (await use(latchkey, { cookie: session }, OWNER)).status === 401)
  const { json } = await use(latchkey, { cookie: session }, OWNER)
  equal(json.reason, 'theft_suspected')
  equal(told.length, 2)
})

test('a warning that ends a remembered login stays a warning, and the host is not called for it', async () => {
  const told: AuditEvent[] = []
  await using latchkey = await startInProcess({ revokeOnRisk: 'warning' }, { onAlarm: (alarm) => void told.push(alarm) })
  const { remembered, userId } = await signUp(latchkey, { remember: true })
  const headers = { cookie: remembered, 'user-agent': OTHER.replace('X11; Linux x86_64', 'Windows NT 10.0; Win64; x64') }
  const { status, json } = await latchkey.call('POST', '/access/token', { headers })
  deepEqual([status, json.reason], [401, 'theft_suspected'])
  deepEqual(await signals(latchkey, userId), [['device.changed', 'warning']])
  equal(told.length, 0)
})

test('one lineage takes few counters, whoever presents copies of it, and its record stays short', async () => {
  const store = createMemoryStore()
  const keys = new Set<string>()
  const take: typeof store.limits.take = (key, ...more) => {
    keys.add(key)
    return store.limits.take(key, ...more)
  }
  const limits = { ...store.limits, take }
  await using latchkey = await startInProcess({}, { store: { ...store, limits } })
  const { session, userId } = await signUp(latchkey)
  for (let time = 0; time < 100; time += 1) await use(latchkey, { cookie: session }, `${OTHER} ${time}`)
  await settled()
  ok((await signals(latchkey, userId)).length <= 20)
  ok([...keys].filter((key) => key.startsWith('signal:')).length <= 22, String(keys.size))
})

test('what could not be recorded is news the next time', async () => {
  const store = createMemoryStore()
  let failing = false
  const write: typeof store.write = (changes) =>
    failing && changes.some((change) => change.do === 'append audit event') ? Promise.reject(new StoreError('down')) : store.write(changes)
  await using latchkey = await startInProcess({}, { store: { ...store, write } })
  const { session, userId } = await signUp(latchkey)
  failing = true
  await use(latchkey, { cookie: session }, OTHER)
  await settled()
  deepEqual(await signals(latchkey, userId), [])
  failing = false
  await use(latchkey, { cookie: session }, OTHER)
  await waitFor('the alarm', async () => (await signals(latchkey, userId)).length > 0)
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
  await waitFor('the fault', () => faults.length > 0)
  ok(faults.includes('alarm: no mail today'))
})
