// Arbitrary input: the response is never a server error, and a refusal has a known code and repeats no input.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ERROR_CODES } from '../../src/domain/errors.ts'
import { routes } from '../../src/http/routes/index.ts'
import { type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { register } from '../support/users.ts'
import { pathOf } from './support.ts'

const MARK = 'xyzzy-never-repeat'

function assertOrdinary(answer: InProcessResponse, where: string): void {
  assert.ok(answer.status < 500, `${where} ${answer.status}`)
  if (answer.status >= 400) assert.ok((ERROR_CODES as readonly string[]).includes(answer.json.code), where)
  if (answer.status >= 400) assert.ok(!answer.body?.includes(MARK), `${where} ${answer.body}`)
}

const headerText = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 80 })
const piece = fc.constantFrom(
  'latchkey_session',
  'latchkey_remember',
  '=',
  ';',
  ',',
  '.',
  ' ',
  '"',
  'Bearer',
  'Session',
  'eyJ',
  'AAAA',
  MARK,
)
const credentialText = fc.oneof(
  headerText,
  fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
)

test('no text in Authorization, Cookie or Origin causes a server error', async () => {
  await using latchkey = await startInProcess()
  const headers = fc.record(
    { authorization: credentialText, cookie: credentialText, origin: headerText, 'if-match': headerText, 'x-forwarded-method': headerText },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(headers, fc.constantFrom(...routes), async (sent, route) => {
      const answer = await latchkey.call(route.method, pathOf(route), { headers: sent as Record<string, string> })
      assertOrdinary(answer, `${route.method} ${route.path}`)
    }),
    { numRuns: 500 },
  )
})

test('no body causes a server error, and no refusal repeats it', async () => {
  await using latchkey = await startInProcess()
  const { token, userId } = await register(latchkey)
  const withBodies = routes.filter(({ body, path }) => body !== undefined && path !== '/access/register')
  const field = fc.constantFrom(
    'username',
    'password',
    'current',
    'next',
    'data',
    'action',
    'detail',
    'remember',
    'delivery',
    '<',
    `${MARK} `,
  )
  const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constant(MARK), fc.constant(`${MARK}.${MARK}`))
  const body = fc.oneof(fc.dictionary(field, value), fc.jsonValue(), fc.string())
  await fc.assert(
    fc.asyncProperty(body, fc.constantFrom(...withBodies), async (sent, route) => {
      const options = { headers: { authorization: token }, body: sent, type: route.body?.type ?? '' }
      assertOrdinary(await latchkey.call(route.method, pathOf(route, userId), options), `${route.method} ${route.path}`)
    }),
    { numRuns: 200 },
  )
})

test('no path and no query causes a server error', async () => {
  await using latchkey = await startInProcess()
  const { token } = await register(latchkey)
  const segment = fc.oneof(
    fc.webSegment(),
    fc.constantFrom('access', 'sessions', 'logout', '%', '%00', '%ff', '..', '', ':id', '*', MARK, '__proto__'),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(segment, { maxLength: 5 }),
      fc.webQueryParameters(),
      fc.constantFrom('GET', 'DELETE'),
      async (parts, query, method) => {
        const answer = await latchkey.call(method, `/${parts.join('/')}?${query}`, { headers: { authorization: token } })
        assertOrdinary(answer, `${method} ${parts.join('/')}`)
      },
    ),
    { numRuns: 500 },
  )
})
