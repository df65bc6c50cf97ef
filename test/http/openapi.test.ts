// The API description: contains every route with its schemas, and every response matches it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { ERROR_CODES } from '../../src/domain/errors.ts'
import { STATUS } from '../../src/http/problem.ts'
import { routes } from '../../src/http/routes/index.ts'
import { type CallOptions, type InProcess, type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'

// biome-ignore lint/suspicious/noExplicitAny: a document whose shape is what is tested
type Description = any

async function describe(latchkey: InProcess): Promise<Description> {
  const { status, json, headers } = await latchkey.call('GET', '/openapi.json')
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'application/json')
  return json
}

function described(path: string): string {
  return path.replace(/:(\w+)/, '{$1}')
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output') {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return JSON.parse(JSON.stringify(rest))
}

test('the description has exactly the routes', async () => {
  await using latchkey = await startInProcess()
  const { openapi, info, servers, paths } = await describe(latchkey)
  assert.match(openapi, /^3\.1\./)
  assert.ok(info.title && info.version)
  assert.deepEqual(servers, [{ url: latchkey.publicUrl }])
  const listed = Object.entries<Description>(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
  const expected = routes.map(({ method, path }) => `${method.toLowerCase()} ${described(path)}`)
  assert.deepEqual(listed.sort(), [...expected, 'get /openapi.json'].sort())
})

test('every route is described with body, parameters, responses and auth requirement', async () => {
  await using latchkey = await startInProcess()
  const { paths, components } = await describe(latchkey)
  const names = new Set<string>()
  for (const route of routes) {
    const one = paths[described(route.path)][route.method.toLowerCase()]
    const where = `${route.method} ${route.path}`
    assert.equal(one.summary, route.summary, where)
    assert.match(one.operationId, /^[a-z][A-Za-z]+$/)
    names.add(one.operationId)
    const body = route.body && { required: true, content: { [route.body.type]: { schema: schemaOf(route.body.schema, 'input') } } }
    assert.deepEqual(one.requestBody, body, where)
    const inPath = (one.parameters ?? []).filter((parameter: Description) => parameter.in === 'path')
    assert.deepEqual(
      inPath.map(({ name, required }: Description) => [name, required]),
      [...route.path.matchAll(/:(\w+)/g)].map((found) => [found[1], true]),
    )
    const inQuery = (one.parameters ?? []).filter((parameter: Description) => parameter.in === 'query')
    assert.deepEqual(
      inQuery.map(({ name }: Description) => name),
      Object.keys(schemaOf(route.query ?? z.object({}), 'input').properties),
    )
    for (const [status, schema] of Object.entries(route.responses)) {
      const content = one.responses[status].content
      if (schema === null) assert.equal(content, undefined, where)
      else assert.deepEqual(content['application/json'].schema, schemaOf(schema, 'output'))
    }
    for (const requirement of one.security) for (const name of Object.keys(requirement)) assert.ok(components.securitySchemes[name], name)
    assert.equal(one.security.length > 0, route.auth !== 'none' && route.auth !== 'allowed-origin', where)
  }
  assert.equal(names.size, routes.length)
})

test('every route with a credential, body, query or change describes its refusals', async () => {
  await using latchkey = await startInProcess()
  const { paths } = await describe(latchkey)
  for (const route of routes) {
    const { responses } = paths[described(route.path)][route.method.toLowerCase()]
    const where = `${route.method} ${route.path}`
    const needsPrincipal = route.auth !== 'none' && route.auth !== 'allowed-origin'
    if (needsPrincipal) assert.ok(responses[401], where)
    if (route.auth !== 'none') for (const status of [400, 503]) assert.ok(responses[status], where)
    if (route.method !== 'GET' || route.changes) assert.ok(responses[403], where)
    if (route.body) for (const status of [413, 415, 422]) assert.ok(responses[status], where)
    else assert.equal(responses[415], undefined, where)
    if (route.query) assert.ok(responses[422], where)
  }
})

test('admin routes are described with role, freshness and body', async () => {
  await using latchkey = await startInProcess()
  const { paths } = await describe(latchkey)
  for (const [path, methods] of Object.entries<Description>(paths))
    for (const one of Object.values<Description>(methods)) {
      const isAdministration = path.startsWith('/access/admin/')
      assert.deepEqual([one['x-role'], one['x-fresh']], isAdministration ? ['admin', true] : [undefined, undefined], path)
      const codes = Object.values<Description>(one.responses).flatMap(
        ({ content }) => content?.['application/problem+json']?.schema.properties.code.enum ?? [],
      )
      assert.equal(codes.includes('role.required') && codes.includes('reauthentication.required'), isAdministration, path)
    }
  const change = paths['/access/admin/users/{userId}'].patch.requestBody.content['application/json'].schema
  assert.deepEqual([change.minProperties, change.maxProperties], [1, 1])
  assert.equal(new RegExp(change.properties.roles.items.pattern).test('Admin'), false)
})

test('a refusal lists the codes of its status', async () => {
  await using latchkey = await startInProcess()
  const { paths } = await describe(latchkey)
  const codesOf = (path: string, method: string, status: number) =>
    paths[path][method].responses[status].content['application/problem+json'].schema.properties.code.enum
  assert.deepEqual(codesOf('/access/login', 'post', 401), ['proof.required', 'credentials.invalid'])
  assert.deepEqual(codesOf('/access/session', 'get', 401), ['session.required', 'token.invalid', 'proof.required'])
  assert.deepEqual(codesOf('/access/session/data', 'patch', 403), ['origin.denied', 'csrf.header_required'])
  assert.deepEqual(codesOf('/access/session/data', 'patch', 412), ['data.conflict'])
})

test('the description lists every error code with its status', async () => {
  await using latchkey = await startInProcess()
  const codes = (await describe(latchkey))['x-error-codes']
  assert.deepEqual(codes, Object.fromEntries(ERROR_CODES.map((code) => [code, STATUS[code]])))
})

/** Requests of every kind to every route, with their route. */
function requests(token: string, userId: string, sid: string): readonly (readonly [string, string, string, CallOptions])[] {
  const headers = { authorization: token }
  const wrong = { ...ALICE, password: 'not-this-one-at-all' }
  return [
    ['POST', '/access/register', '/access/register', { body: { ...ALICE, username: 'Bob' } }],
    ['POST', '/access/register', '/access/register', { body: ALICE }],
    ['POST', '/access/register', '/access/register', { body: { ...ALICE, username: '!' } }],
    ['POST', '/access/login', '/access/login', { body: ALICE }],
    ['POST', '/access/login', '/access/login', { body: { ...ALICE, delivery: 'header' } }],
    ['POST', '/access/login', '/access/login', { body: wrong }],
    ['POST', '/access/login', '/access/login', { body: {} }],
    ['POST', '/access/login', '/access/login', { body: {}, type: 'text/plain' }],
    ['POST', '/access/login', '/access/login', { body: '{' }],
    ['POST', '/access/token', '/access/token', {}],
    ['GET', '/access/session', '/access/session', { headers }],
    ['GET', '/access/session', '/access/session', {}],
    ['PATCH', '/access/session/data', '/access/session/data', { headers, body: { a: [1] } }],
    ['PATCH', '/access/session/data', '/access/session/data', { headers: { ...headers, 'if-match': '"99"' }, body: {} }],
    ['PATCH', '/access/session/data', '/access/session/data', { headers, body: { a: 'x'.repeat(20_000) } }],
    ['PATCH', '/access/session/data', '/access/session/data', { body: {} }],
    ['PATCH', '/access/session/data', '/access/session/data', { headers, body: [] }],
    ['GET', '/access/session/data', '/access/session/data', { headers }],
    ['PUT', '/access/client-data', '/access/client-data', { headers, body: { data: {} } }],
    ['PUT', '/access/client-data', '/access/client-data', { headers, body: { data: 1 } }],
    ['GET', '/access/client-data', '/access/client-data', { headers }],
    ['POST', '/access/audit-events', '/access/audit-events', { headers, body: { action: 'a.b', detail: {} } }],
    ['POST', '/access/audit-events', '/access/audit-events', { headers, body: { action: 'login.x' } }],
    ['GET', '/access/audit-events', '/access/audit-events', { headers }],
    ['GET', '/access/audit-events?before=x', '/access/audit-events', { headers }],
    ['GET', '/access/audit-events?limit=x', '/access/audit-events', { headers }],
    ['GET', '/access/sessions', '/access/sessions', { headers }],
    ['DELETE', '/access/sessions', '/access/sessions', { headers }],
    ['DELETE', '/access/sessions/nothing', '/access/sessions/:id', { headers }],
    ['DELETE', '/access/sessions?except=current', '/access/sessions', { headers }],
    ['POST', '/access/logout/unknown', '/access/logout/:userId', { headers }],
    ['GET', '/access/logout/unknown?everywhere=x', '/access/logout/:userId', { headers }],
    ['GET', '/access/verify', '/access/verify', { headers }],
    ['GET', '/access/verify', '/access/verify', {}],
    ['GET', '/access/revocations', '/access/revocations', {}],
    ['GET', '/access/revocations', '/access/revocations', { headers }],
    ['GET', '/livez', '/livez', {}],
    ['GET', '/readyz', '/readyz', {}],
    ['GET', '/metrics', '/metrics', {}],
    ['GET', '/.well-known/jwks.json', '/.well-known/jwks.json', {}],
    ['POST', '/access/password', '/access/password', { headers, body: { current: wrong.password, next: 'a' } }],
    ['POST', '/access/password', '/access/password', { headers, body: { current: ALICE.password, next: 'a' } }],
    ['DELETE', '/access/account', '/access/account', { headers, body: { password: wrong.password } }],
    ['DELETE', `/access/sessions/${sid}`, '/access/sessions/:id', { headers }],
    ['POST', `/access/logout/${userId}`, '/access/logout/:userId', { headers }],
  ]
}

function assertAsDescribed(answer: InProcessResponse, responses: Description, where: string): void {
  const one = responses[answer.status]
  assert.ok(one, `${where} ${answer.status} is not described`)
  if (answer.json === undefined) {
    assert.equal(one.content, undefined, where)
    return
  }
  const schema = one.content[answer.headers['content-type'] ?? '']?.schema
  assert.ok(schema, where)
  const parsed = z.fromJSONSchema(schema).safeParse(answer.json)
  assert.ok(parsed.success, `${where} ${parsed.error?.message}`)
}

test('every response matches the description', async () => {
  await using latchkey = await startInProcess()
  const { token, userId, sid } = await register(latchkey)
  const { paths } = await describe(latchkey)
  for (const [method, path, route, options] of requests(token, userId, sid)) {
    const answer = await latchkey.call(method, path, options)
    assertAsDescribed(answer, paths[described(route)][method.toLowerCase()].responses, `${method} ${path}`)
  }
})

test('a closed registration responds as described', async () => {
  await using latchkey = await startInProcess({ registration: 'closed' })
  const { paths } = await describe(latchkey)
  const answer = await latchkey.call('POST', '/access/register', { body: ALICE })
  assertAsDescribed(answer, paths['/access/register'].post.responses, 'POST /access/register')
})
