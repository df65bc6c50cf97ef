// The description of the API (OpenAPI 3.1), made from the routes and from the schemas that validate.

import { z } from 'zod'
import { ERROR_CODES } from '../domain/errors.ts'
import { problem } from './contract.ts'
import { PROBLEM_TYPE, STATUS } from './problem.ts'
import { openRoute, type Proof, type Route } from './route.ts'

type JsonValue = unknown

/** The routes and one more, `/openapi.json`, which describes them all. */
export function withApiDescription(routes: readonly Route[], publicUrl: string): readonly Route[] {
  let body: string | undefined
  const all: readonly Route[] = [
    ...routes,
    openRoute({
      method: 'GET',
      path: '/openapi.json',
      proof: 'none',
      summary: 'This description.',
      answers: { 200: z.object({}).loose() },
      async run() {
        body ??= JSON.stringify(describeApi(all, publicUrl))
        return { content: { type: 'application/json', body } }
      },
    }),
  ]
  return all
}

function describeApi(routes: readonly Route[], publicUrl: string): JsonValue {
  const paths: Record<string, Record<string, JsonValue>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Latchkey',
      version: '1',
      description: 'A remembered login, a session and a signed token in one lineage with one ending.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'also accepted without the word Bearer' },
        sessionHeader: { type: 'apiKey', in: 'header', name: 'Authorization', description: '`Session <value>`' },
        sessionCookie: { type: 'apiKey', in: 'cookie', name: 'latchkey_session', description: '`__Host-latchkey_session` over https' },
        serviceKey: { type: 'apiKey', in: 'header', name: 'Authorization', description: '`Service <key>`, made by `latchkey key add`' },
        rememberedCookie: { type: 'apiKey', in: 'cookie', name: 'latchkey_remember', description: '`__Host-latchkey_remember` over https' },
      },
    },
    'x-error-codes': Object.fromEntries(ERROR_CODES.map((code) => [code, STATUS[code]])),
  }
}

function describeRoute(route: Route): JsonValue {
  const parameters = [...pathParameters(route), ...queryParameters(route)]
  const answers = { ...standingRefusals(route), ...route.answers }
  return {
    operationId: `${route.method.toLowerCase()}${route.path.replace(/[/:._-]+(\w)/g, (_, first: string) => first.toUpperCase())}`,
    summary: route.summary,
    security: securityOf(route),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body
      ? { requestBody: { required: true, content: { [route.body.type]: { schema: schemaOf(route.body.schema, 'input') } } } }
      : {}),
    responses: Object.fromEntries(Object.entries(answers).map(([status, schema]) => [status, describeAnswer(Number(status), schema)])),
  }
}

/** The refusals that come from what a route is, before it runs. */
function standingRefusals({ method, changes, proof, body, query }: Route): Route['answers'] {
  const statuses = [
    ...(proof === 'none' ? [] : [400, 503]),
    ...(proof === 'none' || proof === 'origin' ? [] : [401]),
    ...(method !== 'GET' || changes ? [403] : []),
    ...(body ? [413, 415, 422] : []),
    ...(query ? [422] : []),
  ]
  return Object.fromEntries(statuses.map((status) => [status, problem]))
}

function describeAnswer(status: number, schema: z.ZodType | null): JsonValue {
  const description = status < 400 ? 'done' : 'refused'
  if (schema === null) return { description }
  const type = schema === problem ? PROBLEM_TYPE : 'application/json'
  return { description, content: { [type]: { schema: schemaOf(schema, 'output') } } }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonValue {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

function pathParameters(route: Route): JsonValue[] {
  const name = /:(\w+)$/.exec(route.path)?.[1]
  return name === undefined ? [] : [{ name, in: 'path', required: true, schema: { type: 'string' } }]
}

function queryParameters(route: Route): JsonValue[] {
  if (route.query === undefined) return []
  const { properties = {}, required = [] } = z.toJSONSchema(route.query, { io: 'input', unrepresentable: 'any' })
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }))
}

const SECURITY: Readonly<Record<Proof, readonly Readonly<Record<string, readonly string[]>>[]>> = {
  none: [],
  origin: [],
  any: [{ token: [] }, { sessionHeader: [] }, { sessionCookie: [] }],
  header: [{ token: [] }, { sessionHeader: [] }],
  service: [{ serviceKey: [] }],
  renewable: [{ sessionHeader: [] }, { sessionCookie: [] }, { rememberedCookie: [] }],
}

function securityOf(route: Route): JsonValue {
  return SECURITY[typeof route.proof === 'function' ? 'any' : route.proof]
}
