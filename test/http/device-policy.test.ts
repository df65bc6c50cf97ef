// What LATCHKEY_DEVICE_BINDING means in each case: the table of docs/device-binding.md.

import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { MINUTE } from '../../src/domain/time.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { makeDeviceKey, makeDeviceProof, offered, postRefresh, postRegistration } from '../support/device-keys.ts'
import { cookieHeader, type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, person } from '../support/people.ts'

const POLICIES = ['off', 'preferred', 'required'] as const
type Policy = (typeof POLICIES)[number]

const HTTPS = { publicUrl: 'https://app.example' }
const settingsOf = (deviceBinding: Policy) => ({ deviceBinding, publicUrl: HTTPS.publicUrl })

async function signIn(latchkey: InProcess, body: object = { remember: true }) {
  const answer = await latchkey.call('POST', '/access/register', { body: { ...ALICE, ...body } })
  return { ...person(answer, 201), challenge: offered(answer), credential: answer.json.sessionCredential as string | undefined }
}

const ask = (latchkey: InProcess, method: string, path: string, cookie: string) =>
  latchkey.call(method, path, { headers: { cookie } }).then(({ status }) => status)

/** By case, what each policy answers. */
const CASES: Readonly<Record<string, readonly [ask: (latchkey: InProcess) => Promise<unknown>, Readonly<Record<Policy, unknown>>]>> = {
  'a browser that cannot, right after signing in': [
    async (latchkey) => ask(latchkey, 'GET', '/access/session', (await signIn(latchkey)).session),
    { off: 200, preferred: 200, required: 200 },
  ],
  'a browser that cannot, two minutes later': [
    async (latchkey) => {
      const { session } = await signIn(latchkey)
      const before = await ask(latchkey, 'GET', '/access/session', session)
      latchkey.clock.turn(2 * MINUTE)
      return [before, await ask(latchkey, 'GET', '/access/session', session), await ask(latchkey, 'POST', '/access/token', session)]
    },
    { off: [200, 200, 200], preferred: [200, 200, 200], required: [200, 401, 401] },
  ],
  'a browser that cannot, opened again': [
    async (latchkey) => ask(latchkey, 'POST', '/access/token', (await signIn(latchkey)).remembered),
    { off: 200, preferred: 200, required: 401 },
  ],
  'a session in the header': [
    async (latchkey) => {
      const { credential = '' } = await signIn(latchkey, { delivery: 'header' })
      latchkey.clock.turn(2 * MINUTE)
      return (await latchkey.call('GET', '/access/session', { headers: { authorization: `Session ${credential}` } })).status
    },
    { off: 200, preferred: 200, required: 200 },
  ],
  'a token, which is bound to a key of its own or to none': [
    async (latchkey) => {
      const { token } = await signIn(latchkey)
      latchkey.clock.turn(2 * MINUTE)
      return (await latchkey.call('GET', '/access/session', { headers: { authorization: token } })).status
    },
    { off: 200, preferred: 200, required: 200 },
  ],
  'a browser that was bound and never heard of it': [
    async (latchkey) => {
      const { challenge, cookies, session, remembered } = await signIn(latchkey)
      if (challenge === undefined) return 'no offer'
      await postRegistration(latchkey, cookies, makeDeviceProof(makeDeviceKey(), { challenge, withKey: true }))
      latchkey.clock.turn(2 * MINUTE)
      return [await ask(latchkey, 'GET', '/access/session', session), await ask(latchkey, 'POST', '/access/token', remembered)]
    },
    { off: 'no offer', preferred: [200, 200], required: [401, 401] },
  ],
  'a browser that can: whether it is offered, with its proof, without it': [
    async (latchkey) => {
      const { challenge, cookies, session, remembered } = await signIn(latchkey)
      if (challenge === undefined) return 'no offer'
      const { jar } = await postRegistration(latchkey, cookies, makeDeviceProof(makeDeviceKey(), { challenge, withKey: true }))
      equal(await ask(latchkey, 'GET', '/access/session', `${cookies}; ${cookieHeader(jar)}`), 200)
      latchkey.clock.turn(2 * MINUTE)
      return Promise.all([
        ask(latchkey, 'GET', '/access/session', `${cookies}; ${cookieHeader(jar)}`),
        ask(latchkey, 'GET', '/access/session', session),
        ask(latchkey, 'POST', '/access/token', remembered),
      ])
    },
    { off: 'no offer', preferred: [200, 401, 401], required: [200, 401, 401] },
  ],
}

for (const [what, [run, expected]] of Object.entries(CASES))
  for (const policy of POLICIES)
    test(`${policy}: ${what}`, async () => {
      await using latchkey = await startInProcess(settingsOf(policy), HTTPS)
      deepEqual(await run(latchkey), expected[policy])
    })

test('what was bound is taken unbound while binding is off, still renewed, and needs its device when it is on again', async () => {
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
    equal((await postRefresh(latchkey, id)).status, 403)
  }
})
