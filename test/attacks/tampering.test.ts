// Every character of every credential counts: whatever is changed, left out or added, and wherever, it is good for nothing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type InProcess, type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { register } from '../support/users.ts'

/** One of each kind of character that a decoder, a parser or a comparison might be lenient about. */
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

function assertWorthless({ status, json }: InProcessResponse, form: string): void {
  assert.ok(status === 401 && /^(unknown|malformed)$/.test(json.reason), `${status} ${json?.reason} ${JSON.stringify(form)}`)
}

const ways: Readonly<Record<string, (latchkey: InProcess, value: string) => Promise<InProcessResponse>>> = {
  'session in its cookie': (latchkey, value) =>
    latchkey.call('GET', '/access/session', { headers: { cookie: `latchkey_session=${value}` } }),
  'session in the header': (latchkey, value) => latchkey.call('GET', '/access/session', { headers: { authorization: `Session ${value}` } }),
  'token, bare': (latchkey, value) => latchkey.call('GET', '/access/session', { headers: { authorization: value } }),
  'token as a bearer': (latchkey, value) => latchkey.call('GET', '/access/session', { headers: { authorization: `Bearer ${value}` } }),
  'remembered login': (latchkey, value) => latchkey.call('POST', '/access/token', { headers: { cookie: `latchkey_remember=${value}` } }),
}

for (const [what, present] of Object.entries(ways)) {
  test(`a ${what} that was tampered with is worth nothing, and the real one suffers nothing by it`, async () => {
    await using latchkey = await startInProcess()
    const alice = await register(latchkey, { remember: true })
    const values: Readonly<Record<string, string | undefined>> = {
      session: alice.jar.latchkey_session,
      token: alice.token,
      remembered: alice.jar.latchkey_remember,
    }
    const value = values[what.split(/[ ,]/)[0] ?? ''] ?? ''
    assert.ok(value.length > 80)
    for (const form of tampered(value)) assertWorthless(await present(latchkey, form), form)
    assert.equal((await present(latchkey, value)).status, 200)
  })
}

test('client data that was tampered with is no data, and no fault', async () => {
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
