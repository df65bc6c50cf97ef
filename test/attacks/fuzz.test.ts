// Anything at all, sent anywhere: never a fault, always an answer in our form.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { routes } from '../../src/http/routes/index.ts'
import { startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/people.ts'

const RUNS = 3_000

const paths = fc.oneof(
  fc.constantFrom(...routes.map(({ path }) => path)),
  fc
    .tuple(fc.constantFrom(...routes.map(({ path }) => path.replace(/:\w+$/, ''))), fc.string({ unit: 'binary', maxLength: 30 }))
    .map(([base, rest]) => base + encodeURI(rest.toWellFormed())),
  fc.webPath(),
)
const methods = fc.oneof(fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE'), fc.string({ maxLength: 8 }))
const text = fc.string({ unit: 'binary', maxLength: 80 })
const names = [
  'authorization',
  'cookie',
  'origin',
  'sec-fetch-site',
  'if-match',
  'x-forwarded-method',
  'x-forwarded-uri',
  'x-latchkey-passive',
  'user-agent',
  'content-length',
  'accept',
] as const
const bodies = fc.oneof(
  fc.json(),
  text,
  fc.record({ username: fc.anything(), password: fc.anything() }).map((body) => JSON.stringify(body) ?? ''),
)
const types = fc.constantFrom('application/json', 'application/merge-patch+json', 'text/plain')

test('whatever is sent, the answer is in our form and no fault', async () => {
  await using latchkey = await startInProcess({ loginLimit: '5/5m,5/5m' })
  const alice = await register(latchkey, { remember: true })
  const credentials = fc.constantFrom({}, { cookie: alice.cookies }, { authorization: alice.token }, { cookie: alice.remembered })
  const requests = fc.record({
    method: methods,
    path: paths,
    query: fc.oneof(fc.constant(''), fc.webQueryParameters()),
    headers: fc.dictionary(fc.constantFrom(...names), text, { maxKeys: 3 }),
    credential: credentials,
    body: bodies,
    type: types,
  })
  await fc.assert(
    fc.asyncProperty(requests, async ({ method, path, query, headers, credential, body, type }) => {
      const answer = await latchkey.call(method, `${path.split('?')[0]}?${query}`, { headers: { ...credential, ...headers }, body, type })
      assert.ok(answer.status < 500, `${answer.status} ${answer.body}`)
      assert.match(answer.headers['x-request-id'] ?? '', /./)
      assert.match(answer.headers['content-security-policy'] ?? '', /default-src 'none'/)
      if (answer.status >= 400 && method !== 'HEAD') {
        assert.equal(answer.headers['content-type'], 'application/problem+json')
        assert.equal(answer.json.status, answer.status)
        assert.equal(typeof answer.json.code, 'string')
      }
    }),
    { numRuns: RUNS },
  )
  const again = await latchkey.call('POST', '/access/register', { body: { ...ALICE, username: 'somebody-else' } })
  assert.equal(again.status, 201, 'and it goes on')
})
