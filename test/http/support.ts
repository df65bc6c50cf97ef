// Helpers for the HTTP tests: assertions on problem documents, and a path for every route.

import assert from 'node:assert/strict'
import { ERROR_CODES } from '../../src/domain/errors.ts'
import { problem } from '../../src/http/contract.ts'
import type { Route } from '../../src/http/route.ts'
import { routes } from '../../src/http/routes/index.ts'
import type { InProcessResponse } from '../support/in-process.ts'

/** The path of a route, with a value for its parameter. */
export function pathOf(route: Route, parameter = 'some-user'): string {
  return route.path.replace(/:\w+$/, parameter)
}

/** Every route to which the cross-origin rule applies. */
export const changingRoutes = routes.filter(({ method, changes }) => method !== 'GET' || changes === true)

/** Asserts that a response is this refusal, as a problem document without other members. */
export function assertRefused(
  answer: InProcessResponse,
  status: number,
  code: string,
  detail: Readonly<Record<string, unknown>> = {},
): void {
  assert.equal(answer.status, status, answer.body ?? '')
  assert.equal(answer.headers['content-type'], 'application/problem+json')
  assert.deepEqual(answer.json, {
    type: `${new URL(answer.json.type).origin}/docs/errors#${code}`,
    title: problem.parse(answer.json).title,
    status,
    code,
    ...detail,
  })
  assert.ok((ERROR_CODES as readonly string[]).includes(code), code)
  assert.deepEqual(answer.cookies, [])
}

/** The code of a refusal; the status otherwise. */
export function codeOrStatus(answer: InProcessResponse): string {
  return answer.json?.code ?? String(answer.status)
}
