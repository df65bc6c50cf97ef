// The user's record of operations.

import { AuthError } from '../../domain/errors.ts'
import { listOperations, recordOperation } from '../../engine/operations.ts'
import { JSON_TYPE } from '../body.ts'
import { operationAnswer, operationBody, operationsAnswer, operationsQuery } from '../contract.ts'
import { presentOperation } from '../present.ts'
import { provenRoute } from '../route.ts'

export const operationRoutes = [
  provenRoute({
    method: 'GET',
    path: '/access/operations',
    proof: 'any',
    summary: "The user's operations, newest first.",
    query: operationsQuery,
    answers: { 200: operationsAnswer },
    async run({ parts, principal, query }) {
      const page = await listOperations(parts, principal, query.before, query.limit)
      return page instanceof AuthError ? page : { json: { operations: page.operations.map(presentOperation), next: page.next } }
    },
  }),
  provenRoute({
    method: 'POST',
    path: '/access/operations',
    proof: 'header',
    summary: 'Records an operation of the application.',
    body: { type: JSON_TYPE, schema: operationBody },
    answers: { 201: operationAnswer },
    refusals: ['rate.limited'],
    async run({ parts, principal, body, whence }) {
      const recorded = await recordOperation(parts, principal, body.action, body.detail ?? {}, whence)
      return recorded instanceof AuthError ? recorded : { status: 201, json: presentOperation(recorded) }
    },
  }),
]
