// Fuzzing: arbitrary requests, most of them authenticated, cause no server error, and every response has our form.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ERROR_CODES } from '../../src/domain/errors.ts'
import { problem } from '../../src/http/contract.ts'
import { securityHeaders } from '../../src/http/headers.ts'
import { routes } from '../../src/http/routes/index.ts'
import { type InProcess, type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { ALICE, register, type SignedInUser } from '../support/users.ts'

const RUNS = 2_000
const FIXED = Object.keys(securityHeaders(false))

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '\u0000',
    '\ud800',
    '__proto__',
    'a'.repeat(300),
    ALICE.username,
    ALICE.password,
    'nine-copper-kettles-by-the-sea',
    '1',
  ),
)
const anything = fc.oneof(text, fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(true, false, null, 0, 'cookie', 'header'))
const FIELDS = ['username', 'password', 'email', 'remember', 'delivery', 'current', 'next', 'data', 'action', 'detail', '__proto__']

/** Valid bodies. */
const BODIES: Readonly<Record<string, object>> = {
  '/access/register': { ...ALICE, remember: true },
  '/access/login': ALICE,
  '/access/password': { current: ALICE.password, next: 'nine-copper-kettles-by-the-sea' },
  '/access/account': { password: ALICE.password },
  '/access/client-data': { data: { theme: 'dark' } },
  '/access/audit-events': { action: 'order.placed', detail: { total: 1 } },
}
const changes = fc.oneof(fc.constant({}), fc.dictionary(fc.constantFrom(...FIELDS), anything, { maxKeys: 2 }))
const bodies = fc.oneof({ weight: 4, arbitrary: changes }, { weight: 1, arbitrary: fc.json() }, { weight: 1, arbitrary: text })

const known = fc.constantFrom(...routes).map(({ method, path, body }) => ({ method, path, type: body?.type }))
const stray = fc.record({
  method: fc.oneof(fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE'), fc.string({ maxLength: 8 })),
  path: fc.oneof(
    fc.constantFrom(...routes.map(({ path }) => path)),
    fc.webPath(),
    text.map((end) => `/access/${encodeURI(end.toWellFormed())}`),
  ),
  type: fc.constantFrom('application/json', 'application/merge-patch+json', 'text/plain', 'application/json;charset=latin1', ''),
})
/** The characters of a header (RFC 9110, 5.5), as servers pass them on: one character for each byte. */
const byteText = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 40 })
const headers = fc.dictionary(
  fc.constantFrom(
    ...['authorization', 'cookie', 'origin', 'sec-fetch-site', 'if-match', 'user-agent', 'content-length', 'content-encoding', 'accept'],
    ...['x-forwarded-method', 'x-forwarded-uri', 'x-original-uri', 'x-forwarded-host', 'forwarded', 'x-latchkey-passive'],
  ),
  byteText,
  { maxKeys: 2 },
)
const requests = fc.record({
  to: fc.oneof({ weight: 5, arbitrary: known }, { weight: 1, arbitrary: stray }),
  parameter: fc.oneof(fc.constantFrom('own', 'sid'), text),
  query: fc.oneof(fc.constantFrom('', 'except=current', 'everywhere=true', 'limit=1', 'before=AAAA'), fc.webQueryParameters()),
  as: fc.constantFrom('token', 'token', 'cookie', 'remember_me', 'everything', 'anonymous'),
  headers: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: headers }),
  body: bodies,
})
type Request = typeof requests extends fc.Arbitrary<infer T> ? T : never

function send(
  latchkey: InProcess,
  user: SignedInUser,
  { to, parameter, query, as, headers: more, body: sent }: Request,
): Promise<InProcessResponse> {
  const body = typeof sent === 'string' ? sent : JSON.stringify({ ...BODIES[to.path], ...sent })
  const value = parameter === 'own' ? user.userId : parameter === 'sid' ? user.sid : parameter
  const path = to.path.replace(/:\w+$/, () => encodeURIComponent(value.toWellFormed())).split('?', 1)[0]
  const credentials: Readonly<Record<typeof as, Readonly<Record<string, string>>>> = {
    token: { authorization: user.token },
    cookie: { cookie: user.session },
    remember_me: { cookie: user.remembered },
    everything: { authorization: user.token, cookie: user.cookies },
    anonymous: {},
  }
  return latchkey.call(to.method, `${path}?${query}`, {
    headers: { ...credentials[as], ...more },
    body,
    ...(to.type ? { type: to.type } : {}),
  })
}

function check(answer: InProcessResponse, method: string): void {
  assert.ok(answer.status >= 200 && answer.status < 500, `${answer.status} ${answer.body}`)
  assert.ok(answer.headers['x-request-id'])
  for (const name of FIXED) assert.ok(answer.headers[name], name)
  for (const value of [...Object.values(answer.headers), ...answer.cookies]) assert.match(value, /^[\x20-\x7e]*$/)
  if (answer.status < 400 || method === 'HEAD') return
  assert.equal(answer.headers['content-type'], 'application/problem+json')
  assert.equal(problem.strict().parse(answer.json).status, answer.status)
  assert.ok((ERROR_CODES as readonly string[]).includes(answer.json.code))
  assert.doesNotMatch(answer.body ?? '', /\.ts:|node_modules|Error:/)
  assert.ok(answer.cookies.length === 0, 'a refusal sets nothing')
}

test('every response to an arbitrary request has our form and is no server error', async () => {
  await using latchkey = await startInProcess({ loginLimit: '1000000/5m,1000000/5m' })
  let count = 0
  const newUser = () => {
    count += 1
    return register(latchkey, { username: `user-${count}`, remember: true })
  }
  let user = await newUser()
  const codes = new Set<string>()
  const succeeded = new Set<string>()
  await fc.assert(
    fc.asyncProperty(requests, async (request) => {
      const answer = await send(latchkey, user, request)
      check(answer, request.to.method)
      if (answer.json?.code) codes.add(answer.json.code)
      else succeeded.add(`${request.to.method} ${request.to.path}`)
      const alive = await latchkey.call('GET', '/access/session', { headers: { authorization: user.token } })
      if (alive.status !== 200) user = await newUser()
    }),
    { numRuns: RUNS },
  )
  assert.equal(
    (await latchkey.call('GET', '/access/session', { headers: { authorization: user.token } })).status,
    200,
    'the server still works',
  )
  // Many requests did get past authentication.
  for (const code of ['request.invalid', 'request.malformed', 'csrf.header_required', 'session.required', 'resource.not_found']) {
    assert.ok(codes.has(code), code)
  }
  assert.ok(succeeded.size > 12, [...succeeded].join(', '))
})
