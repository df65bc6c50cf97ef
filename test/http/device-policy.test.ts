// The effect of LATCHKEY_DEVICE_BINDING in each case: the table of docs/device-binding.md.

import { equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { MINUTE } from '../../src/domain/time.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { makeDeviceKey, makeDeviceProof, postRefresh, postRegistration, registrationChallengeOf } from '../support/device-keys.ts'
import { cookieHeader, type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, toSignedInUser } from '../support/users.ts'

const POLICIES = ['off', 'preferred', 'required'] as const
type Policy = (typeof POLICIES)[number]

const HTTPS = { publicUrl: 'https://app.example' }
const settingsOf = (deviceBinding: Policy) => ({ deviceBinding, publicUrl: HTTPS.publicUrl })

async function signIn(latchkey: InProcess, body: object = { remember: true }) {
  const answer = await latchkey.call('POST', '/access/register', { body: { ...ALICE, ...body } })
  return {
    ...toSignedInUser(answer, 201),
    challenge: registrationChallengeOf(answer),
    credential: answer.json.sessionCredential as string | undefined,
  }
}

const ask = (latchkey: InProcess, method: string, path: string, cookie: string, headers: object = {}) =>
  latchkey.call(method, path, { headers: { cookie, ...headers } }).then(({ status }) => status)
const read = (latchkey: InProcess, cookie: string, headers: object = {}) => ask(latchkey, 'GET', '/access/session', cookie, headers)

/** Signed in, bound where that is offered, and two minutes later. */
async function boundWherePossible(latchkey: InProcess, { confirmed = true } = {}) {
  const { challenge, cookies, session, remembered } = await signIn(latchkey)
  const binding = challenge && makeDeviceProof(makeDeviceKey(), { challenge, withKey: true })
  const jar = binding ? (await postRegistration(latchkey, cookies, binding)).jar : {}
  const all = `${cookies}; ${cookieHeader(jar)}`
  if (confirmed) equal(await read(latchkey, all), 200)
  latchkey.clock.advance(2 * MINUTE)
  return { session, remembered, all }
}

/** Keyed by the rows of the guide. */
const CASES: Readonly<Record<string, (latchkey: InProcess) => Promise<number>>> = {
  'a browser without DBSC, right after the sign-in': async (latchkey) => read(latchkey, (await signIn(latchkey)).session),
  'the same, two minutes later': async (latchkey) => {
    const { session } = await signIn(latchkey)
    equal(await read(latchkey, session), 200)
    latchkey.clock.advance(2 * MINUTE)
    return read(latchkey, session)
  },
  'the same after a restart: its remember-me login': async (latchkey) =>
    ask(latchkey, 'POST', '/access/token', (await signIn(latchkey)).remembered),
  'a browser with DBSC, with its proof': async (latchkey) => read(latchkey, (await boundWherePossible(latchkey)).all),
  'a copy of its session or remember-me login, without the proof': async (latchkey) => {
    const { session, remembered } = await boundWherePossible(latchkey)
    const status = await read(latchkey, session)
    equal(await ask(latchkey, 'POST', '/access/token', remembered), status)
    return status
  },
  'a browser that has lost its key': async (latchkey) => read(latchkey, (await boundWherePossible(latchkey)).session),
  'a browser that reports a failed renewal (`Secure-Session-Skipped`)': async (latchkey) =>
    read(latchkey, (await boundWherePossible(latchkey)).session, { 'secure-session-skipped': 'server_error' }),
  'a browser that was bound and did not receive the response': async (latchkey) =>
    read(latchkey, (await boundWherePossible(latchkey, { confirmed: false })).session),
  'a session in the header': async (latchkey) => {
    const { credential = '' } = await signIn(latchkey, { delivery: 'header' })
    latchkey.clock.advance(2 * MINUTE)
    return (await latchkey.call('GET', '/access/session', { headers: { authorization: `Session ${credential}` } })).status
  },
  'a token': async (latchkey) => {
    const { token } = await signIn(latchkey)
    latchkey.clock.advance(2 * MINUTE)
    return (await latchkey.call('GET', '/access/session', { headers: { authorization: token } })).status
  },
}

const GUIDE = readFileSync(new URL('../../docs/device-binding.md', import.meta.url), 'utf8')

for (const [what, run] of Object.entries(CASES))
  test(`${what}: as in the guide`, async () => {
    const found: string[] = []
    for (const policy of POLICIES) {
      await using latchkey = await startInProcess(settingsOf(policy), HTTPS)
      const status = await run(latchkey)
      ok(status === 200 || status === 401, String(status))
      found.push(status === 200 ? 'accepted' : 'refused')
    }
    ok(GUIDE.includes(`\n| ${what} | ${found.join(' | ')} |\n`), `docs/device-binding.md has no such row: ${found.join(' | ')}`)
  })

test('a bound sign-in needs no proof while binding is off, can be renewed, and needs it when binding is on again', async () => {
  const store = createMemoryStore()
  const kept = { ...store, close: async () => {} }
  const secret = 'a-secret-of-at-least-32-characters'
  const start = (policy: Policy) => startInProcess({ ...settingsOf(policy), secret }, { ...HTTPS, store: kept })
  const { session, id } = await (async () => {
    await using latchkey = await start('preferred')
    const { challenge = '', cookies, session } = await signIn(latchkey)
    const { json, jar } = await postRegistration(latchkey, cookies, makeDeviceProof(makeDeviceKey(), { challenge, withKey: true }))
    equal(await ask(latchkey, 'GET', '/access/session', `${cookies}; ${cookieHeader(jar)}`), 200)
    return { session, id: json.session_identifier as string }
  })()
  for (const [policy, status] of [
    ['off', 200],
    ['preferred', 401],
    ['required', 401],
  ] as const) {
    await using latchkey = await start(policy)
    equal(await ask(latchkey, 'GET', '/access/session', session), status, policy)
    const listed = await latchkey.call('GET', '/access/sessions', { headers: { cookie: session } })
    if (policy === 'off') ok((listed.json as { bound: boolean }[]).every(({ bound }) => !bound))
    equal((await postRefresh(latchkey, id)).status, 403)
  }
})
