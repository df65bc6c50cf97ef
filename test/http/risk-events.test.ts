// Risk events: a sign-in suddenly used by another kind of device, or a token used from two networks, is recorded with a severity,
// reported to the host, and revoked where LATCHKEY_REVOKE_ON_RISK says so.

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
  // The feed is read again by the advanced clock.
  await waitFor('the feed to be current', () => latchkey.engine.revocationFeed.isCurrent(latchkey.clock.now()))
  return latchkey.call('GET', '/access/session', { headers: { ...headers, 'user-agent': device }, address })
}

async function riskEvents(latchkey: InProcess, userId: string): Promise<readonly (readonly [string, string])[]> {
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

test('another browser on another system is an alarm, reported once; a new version is not', async () => {
  const alarms: AuditEvent[] = []
  await using latchkey = await startInProcess({}, { onAlarm: (alarm) => void alarms.push(alarm) })
  const { session, userId } = await signUp(latchkey)
  equal((await use(latchkey, { cookie: session }, NEWER)).status, 200)
  await settled()
  deepEqual(await riskEvents(latchkey, userId), [])
  for (let time = 0; time < 5; time += 1) equal((await use(latchkey, { cookie: session }, OTHER, '198.51.100.7')).status, 200)
  await waitFor('the alarm to be reported', () => alarms.length > 0)
  deepEqual(await riskEvents(latchkey, userId), [['device.changed', 'alarm']])
  equal(alarms.length, 1)
  const { seenBefore, presentedNow } = (alarms[0]?.detail ?? {}) as {
    seenBefore: { userAgent: string }
    presentedNow: { userAgent: string; ip: string }
  }
  deepEqual([seenBefore.userAgent, presentedNow.userAgent, presentedNow.ip], [OWNER, OTHER, '198.51.100.7'])
})

test('a client that always follows the owner’s requests is detected', async () => {
  await using latchkey = await startInProcess()
  const { session, userId } = await signUp(latchkey)
  const requestAfter = (device: string, milliseconds: number) => {
    latchkey.clock.advance(milliseconds)
    return latchkey.call('GET', '/access/session', { headers: { cookie: session, 'user-agent': device } })
  }
  for (let time = 0; time < 4; time += 1) {
    await requestAfter(OWNER, 0)
    await requestAfter(OTHER, 300)
    await settled()
  }
  await waitFor('the alarm', async () => (await riskEvents(latchkey, userId)).length > 0)
  deepEqual(await riskEvents(latchkey, userId), [['device.changed', 'alarm']])
})

test('a verifier that introspects a token is not another kind of device', async () => {
  await using latchkey = await startInProcess({ revokeOnRisk: 'warning' })
  const { token, session, userId } = await signUp(latchkey)
  const headers = { authorization: token, 'x-latchkey-passive': '1' }
  equal((await use(latchkey, headers, 'latchkey-verify')).status, 200)
  equal((await use(latchkey, { cookie: session }, OWNER)).status, 200)
  await settled()
  deepEqual(await riskEvents(latchkey, userId), [])
})

test('a token used from two networks within a minute is a notice; later use is not, and an address never revokes', async () => {
  await using latchkey = await startInProcess({ revokeOnRisk: 'warning' })
  const { token, userId } = await signUp(latchkey)
  const from = (address: string) => use(latchkey, { authorization: token }, OWNER, address)
  await from('192.0.2.1')
  latchkey.clock.advance(MINUTE)
  await from('203.0.113.1')
  await settled()
  deepEqual(await riskEvents(latchkey, userId), [])
  equal((await from('192.0.2.1')).status, 200)
  await waitFor('the notice to be recorded', async () => (await riskEvents(latchkey, userId)).length > 0)
  equal((await from('192.0.99.1')).status, 200)
  deepEqual(await riskEvents(latchkey, userId), [['token.networks', 'notice']])
})

test('a remember-me login used by another kind of device is recorded, and still resumed', async () => {
  await using latchkey = await startInProcess()
  const { remembered, userId } = await signUp(latchkey, { remember: true })
  latchkey.clock.advance(HOUR)
  const { status } = await latchkey.call('POST', '/access/token', { headers: { cookie: remembered, 'user-agent': OTHER } })
  equal(status, 200)
  deepEqual(await riskEvents(latchkey, userId), [['device.changed', 'alarm']])
})

test('a remember-me login used from an unfamiliar country is a warning, reported once, and revokes nothing', async () => {
  await using latchkey = await startInProcess({ countryDatabase: await countries(), revokeOnRisk: 'warning' })
  let { remembered, userId } = await signUp(latchkey, { remember: true })
  const resumeFrom = async (address: string, device = OWNER) => {
    latchkey.clock.advance(HOUR)
    const { status, jar } = await latchkey.call('POST', '/access/token', { headers: { cookie: remembered, 'user-agent': device }, address })
    remembered = cookieHeader(jar)
    return status
  }
  deepEqual([await resumeFrom('192.0.2.99'), await resumeFrom('10.0.0.1')], [200, 200])
  deepEqual(await riskEvents(latchkey, userId), [])
  equal(await resumeFrom('203.0.113.7'), 200)
  deepEqual(await riskEvents(latchkey, userId), [['login.country', 'warning']])
  const [event] = (await latchkey.engine.store.auditEvents.list(userId, null, 200)).filter(({ action }) => action === 'login.country')
  deepEqual([event?.ip, event?.detail.country, event?.detail.usualCountries], ['203.0.113.7', 'NZ', ['AT']])
  deepEqual([await resumeFrom('192.0.2.1'), await resumeFrom('203.0.113.7')], [200, 200])
  deepEqual((await riskEvents(latchkey, userId)).length, 1, 'both countries are familiar by now')
})

test('a failed sign-in does not make its country familiar', async () => {
  await using latchkey = await startInProcess({ countryDatabase: await countries() })
  const { remembered, userId } = await signUp(latchkey, { remember: true })
  await latchkey.call('POST', '/access/login', { body: { username: 'Anna', password: 'not this one' }, address: '203.0.113.9' })
  await latchkey.call('POST', '/access/token', { headers: { cookie: remembered, 'user-agent': OWNER }, address: '203.0.113.7' })
  deepEqual(await riskEvents(latchkey, userId), [['login.country', 'warning']])
})

test('another country and another browser together are one alarm, which revokes the sign-in where the setting says so', async () => {
  for (const [revokeOnRisk, status] of [['off', 200] as const, ['alarm', 401] as const]) {
    await using latchkey = await startInProcess({ countryDatabase: await countries(), revokeOnRisk })
    const { remembered, userId } = await signUp(latchkey, { remember: true })
    const headers = { cookie: remembered, 'user-agent': OTHER.replace('X11; Linux x86_64', 'Windows NT 10.0; Win64; x64') }
    equal((await latchkey.call('POST', '/access/token', { headers, address: '203.0.113.7' })).status, status)
    deepEqual(await riskEvents(latchkey, userId), [['device.changed', 'alarm']])
  }
})

test('the audit log is not read for an unchanged country, nor without a country database', async () => {
  for (const settings of [{}, { countryDatabase: await countries() }]) {
    await using latchkey = await startInProcess(settings)
    const { remembered } = await signUp(latchkey, { remember: true })
    latchkey.resetCounts()
    await latchkey.call('POST', '/access/token', { headers: { cookie: remembered, 'user-agent': OWNER }, address: '192.0.2.200' })
    equal(latchkey.counts.reads, 2)
  }
})

test('where the setting says so, an alarm revokes the sign-in', async () => {
  const alarms: AuditEvent[] = []
  await using latchkey = await startInProcess({ revokeOnRisk: 'alarm' }, { onAlarm: (alarm) => void alarms.push(alarm) })
  const first = await signUp(latchkey, { remember: true })
  const resumed = await latchkey.call('POST', '/access/token', { headers: { cookie: first.remembered, 'user-agent': OTHER } })
  deepEqual([resumed.status, resumed.json.reason], [401, 'theft_suspected'])
  const { session } = await register(latchkey, { username: 'Berta' }, { headers: { 'user-agent': OWNER } })
  await use(latchkey, { cookie: session }, OTHER)
  await waitFor('the session to end', async () => (await use(latchkey, { cookie: session }, OWNER)).status === 401)
  const { json } = await use(latchkey, { cookie: session }, OWNER)
  equal(json.reason, 'theft_suspected')
  equal(alarms.length, 2)
})

test('a warning that revokes a remember-me login stays a warning, and does not call onAlarm', async () => {
  const alarms: AuditEvent[] = []
  await using latchkey = await startInProcess({ revokeOnRisk: 'warning' }, { onAlarm: (alarm) => void alarms.push(alarm) })
  const { remembered, userId } = await signUp(latchkey, { remember: true })
  const headers = { cookie: remembered, 'user-agent': OTHER.replace('X11; Linux x86_64', 'Windows NT 10.0; Win64; x64') }
  const { status, json } = await latchkey.call('POST', '/access/token', { headers })
  deepEqual([status, json.reason], [401, 'theft_suspected'])
  deepEqual(await riskEvents(latchkey, userId), [['device.changed', 'warning']])
  equal(alarms.length, 0)
})

test('one lineage uses few counters, however many copies are used, and few audit events', async () => {
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
  ok((await riskEvents(latchkey, userId)).length <= 20)
  ok([...keys].filter((key) => key.startsWith('signal:')).length <= 22, String(keys.size))
})

test('an event that could not be recorded is recorded the next time', async () => {
  const store = createMemoryStore()
  let failing = false
  const write: typeof store.write = (changes) =>
    failing && changes.some((change) => change.do === 'append audit event') ? Promise.reject(new StoreError('down')) : store.write(changes)
  await using latchkey = await startInProcess({}, { store: { ...store, write } })
  const { session, userId } = await signUp(latchkey)
  failing = true
  await use(latchkey, { cookie: session }, OTHER)
  await settled()
  deepEqual(await riskEvents(latchkey, userId), [])
  failing = false
  await use(latchkey, { cookie: session }, OTHER)
  await waitFor('the alarm', async () => (await riskEvents(latchkey, userId)).length > 0)
})

test('an error in onAlarm is reported as a fault, and affects nothing else', async () => {
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
