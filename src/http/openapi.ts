// The API description (OpenAPI 3.1), generated from the routes and the schemas that validate them.

import { z } from 'zod'
import { type CookiePurpose, type CookieSettings, cookieName } from '../domain/cookies.ts'
import { ERROR_CODES, type ErrorCode } from '../domain/errors.ts'
import { problem } from './contract.ts'
import { PROBLEM_TYPE, STATUS } from './problem.ts'
import { openRoute, type Route, type RouteAuth } from './route.ts'

/** The part of JSON Schema (2020-12) that is used here. */
export interface JsonSchema {
  readonly type?: string
  readonly format?: string
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly anyOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>

export interface ApiParameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly schema: JsonSchema
}

export interface ApiOperation {
  readonly operationId: string
  readonly summary: string
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  /** The required role. */
  readonly 'x-role'?: string
  /** Whether a fresh sign-in is required. */
  readonly 'x-fresh'?: true
  readonly parameters?: readonly ApiParameter[]
  readonly requestBody?: { readonly required: true; readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
}

export interface ApiDocument {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string; readonly description: string; readonly license: object }
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>
  readonly components: object
  readonly 'x-error-codes': Readonly<Record<string, number>>
}

/** The routes and `/openapi.json`, which describes all of them. */
export function withApiDescription(routes: readonly Route[], publicUrl: string, cookies: CookieSettings): readonly Route[] {
  let body: string | undefined
  const all: readonly Route[] = [
    ...routes,
    openRoute({
      method: 'GET',
      path: '/openapi.json',
      auth: 'none',
      summary: 'This API description.',
      responses: { 200: z.object({}).loose() },
      async run() {
        body ??= JSON.stringify(describeApi(all, publicUrl, cookies))
        return { content: { type: 'application/json', body } }
      },
    }),
  ]
  return all
}

/** The description of these routes. */
export function describeApi(routes: readonly Route[], publicUrl: string, cookies: CookieSettings): ApiDocument {
  const paths: Record<string, Record<string, ApiOperation>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Latchkey',
      version: '1',
      description: 'A remember-me login, a session and a signed token in one lineage (token family), revoked together.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'also accepted without `Bearer`, and after `DPoP` where it is bound to a key',
        },
        sessionHeader: { type: 'apiKey', in: 'header', name: 'Authorization', description: '`Session <value>`' },
        sessionCookie: cookieScheme('session', cookies),
        serviceKey: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: '`Service <key>`, created by `latchkey service-key create`',
        },
        rememberMeCookie: cookieScheme('remember', cookies),
      },
    },
    'x-error-codes': Object.fromEntries(ERROR_CODES.map((code) => [code, STATUS[code]])),
  }
}

/** Duplicate cookies are no error: see the guide to HTTP. */
function cookieScheme(purpose: CookiePurpose, cookies: CookieSettings) {
  const pair = cookies.domain === null ? '' : `; to issue a token it needs \`${cookieName('pair', cookies)}\` beside it`
  const description = `of duplicate cookies the genuine one counts, if there is exactly one${pair}`
  return { type: 'apiKey', in: 'cookie', name: cookieName(purpose, cookies), description }
}

function describeRoute(route: Route): ApiOperation {
  const parameters = [...pathParameters(route), ...queryParameters(route)]
  return {
    operationId: `${route.method.toLowerCase()}${route.path.replace(/[/:._-]+(\w)/g, (_, first: string) => first.toUpperCase())}`,
    summary: route.summary,
    security: securityOf(route),
    ...(route.role === undefined ? {} : { 'x-role': route.role }),
    ...(route.fresh ? { 'x-fresh': true } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body
      ? { requestBody: { required: true, content: { [route.body.type]: { schema: schemaOf(route.body.schema, 'input') } } } }
      : {}),
    responses: { ...describeResponses(route), ...describeErrors(route) },
  }
}

function describeResponses({ responses }: Route): ApiOperation['responses'] {
  return Object.fromEntries(
    Object.entries(responses).map(([status, schema]) => {
      const content = schema === null ? {} : { content: { 'application/json': { schema: schemaOf(schema, 'output') } } }
      return [status, { description: 'done', ...content }]
    }),
  )
}

/** By status, with the codes that can come with it. A status that the route itself answers with keeps its own description. */
function describeErrors(route: Route): ApiOperation['responses'] {
  const { properties, ...rest } = schemaOf(problem, 'output')
  const codes = Object.groupBy([...new Set([...commonErrors(route), ...(route.errorCodes ?? [])])], (code) => STATUS[code])
  return Object.fromEntries(
    Object.entries(codes)
      .filter(([status]) => !(Number(status) in route.responses))
      .map(([status, possible = []]) => {
        const schema = { ...rest, properties: { ...properties, code: { type: 'string', enum: possible } } }
        return [status, { description: 'refused', content: { [PROBLEM_TYPE]: { schema } } }]
      }),
  )
}

/** The errors that come from the kind of a route, before it runs. */
function commonErrors({ method, changes, auth, role, fresh, issuesToken, body, query }: Route): readonly ErrorCode[] {
  const needsPrincipal = auth !== 'none' && auth !== 'allowed-origin'
  return [
    ...(auth === 'none' ? [] : (['request.malformed', 'server.busy', 'store.unavailable'] as const)),
    ...(needsPrincipal ? (['session.required', 'token.invalid'] as const) : []),
    // The device proof of a bound session, or the DPoP proof of a bound token.
    ...((needsPrincipal && auth !== 'service-key') || issuesToken ? (['proof.required'] as const) : []),
    ...(method !== 'GET' || changes ? (['origin.denied'] as const) : []),
    ...(auth === 'header-only' ? (['csrf.header_required'] as const) : []),
    ...(role === undefined ? [] : (['role.required'] as const)),
    ...(fresh ? (['reauthentication.required'] as const) : []),
    ...(body ? (['request.too_large', 'request.unsupported_type'] as const) : []),
    ...(body || query ? (['request.invalid'] as const) : []),
  ]
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  // Zod's output is a subset of the JSON Schema described above.
  return rest as JsonSchema
}

function pathParameters(route: Route): ApiParameter[] {
  const name = /:(\w+)/.exec(route.path)?.[1]
  return name === undefined ? [] : [{ name, in: 'path', required: true, schema: { type: 'string' } }]
}

function queryParameters(route: Route): ApiParameter[] {
  if (route.query === undefined) return []
  const { properties = {}, required = [] } = schemaOf(route.query, 'input')
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }))
}

const SECURITY: Readonly<Record<RouteAuth, readonly Readonly<Record<string, readonly string[]>>[]>> = {
  none: [],
  'allowed-origin': [],
  'session-or-token': [{ token: [] }, { sessionHeader: [] }, { sessionCookie: [] }],
  'header-only': [{ token: [] }, { sessionHeader: [] }],
  'service-key': [{ serviceKey: [] }],
  refreshable: [{ sessionHeader: [] }, { sessionCookie: [] }, { rememberMeCookie: [] }],
}

function securityOf(route: Route): ApiOperation['security'] {
  return SECURITY[typeof route.auth === 'function' ? 'session-or-token' : route.auth]
}
