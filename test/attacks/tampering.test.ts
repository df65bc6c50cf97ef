// Tampering: a credential with any character changed, removed or added is refused.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type InProcess, type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { register } from '../support/users.ts'

/** Characters that a decoder, a parser or a comparison might treat leniently. */
const CHARACTERS = ['A', 'a', '0', '9', '-', '_', '+', '/', '=', '.', '%', '~', '*', '\u00e9', '\u0000', '\u200b']

function* tampered(value: string): Generator<string> {
  for (let at = 0; at < value.length; at += 1) {
    const [before, after] = [value.slice(0, at), value.slice(at + 1)]
    const here = value[at] ?? ''
    const flipped = here === here.toUpperCase() ? here.toLowerCase() : here.toUpperCase()
    for (const other of ['', flipped, here + here]) if (before + other + after !== value) yield before + other + after
    if (at % 7 === 0 || at === value.length - 1) {
      for (const other of CHARACTERS) if (other !== here) yield before + other + after
    }
  }
  for (const other of CHARACTERS) yield* [value + other, other + value]
  if (value.includes('.')) yield value.split('.').reverse().join('.')
}

function assertInvalid({ status, json }: InProcessResponse, form: string): void {
  assert.ok(status === 401 && /^(unknown|malformed)$/.test(json.reason), `${status} ${json?.reason} ${JSON.stringify(form)}`)
}

const transports: Readonly<Record<string, (latchkey: InProcess, value: string) => Promise<InProcessResponse>>> = {
  'session in its cookie': (latchkey, value) =>
    latchkey.call('GET', '/access/session', { headers: { cookie: `latchkey_session=${value}` } }),
  'session in the header': (latchkey, value) => latchkey.call('GET', '/access/session', { headers: { authorization: `Session ${value}` } }),
  'token, bare': (latchkey, value) => latchkey.call('GET', '/access/session', { headers: { authorization: value } }),
  'token as a bearer': (latchkey, value) => latchkey.call('GET', '/access/session', { headers: { authorization: `Bearer ${value}` } }),
  'remember-me login': (latchkey, value) => latchkey.call('POST', '/access/token', { headers: { cookie: `latchkey_remember=${value}` } }),
}

for (const [what, present] of Object.entries(transports)) {
  test(`a tampered ${what} is refused, and the original stays valid`, async () => {
    await using latchkey = await startInProcess()
    const alice = await register(latchkey, { remember: true })
    const values: Readonly<Record<string, string | undefined>> = {
      session: alice.jar.latchkey_session,
      token: alice.token,
      'remember-me': alice.jar.latchkey_remember,
    }
    const value = values[what.split(/[ ,]/)[0] ?? ''] ?? ''
    assert.ok(value.length > 80)
    for (const form of tampered(value)) assertInvalid(await present(latchkey, form), form)
    assert.equal((await present(latchkey, value)).status, 200)
  })
}

test('tampered client data is ignored, without an error', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const put = await latchkey.call('PUT', '/access/client-data', { headers: { authorization: alice.token }, body: { data: { a: 1 } } })
  const sealed = put.jar.latchkey_data ?? ''
  const read = (value: string) =>
    latchkey.call('GET', '/access/client-data', { headers: { cookie: `${alice.session}; latchkey_data=${value}` } })
  for (const form of tampered(sealed)) {
    const { status, json } = await read(form)
    assert.deepEqual([status, json], [200, { data: {} }], form)
  }
  assert.deepEqual((await read(sealed)).json, { data: { a: 1 } })
})
