// The user's record of operations.

import { AuthError } from '../../domain/errors.ts'
import { listAuditEvents, recordAuditEvent } from '../../engine/operations.ts'
import { JSON_TYPE } from '../body.ts'
import { auditEventAnswer, auditEventBody, auditEventsAnswer, auditEventsQuery } from '../contract.ts'
import { presentAuditEvent } from '../present.ts'
import { provenRoute } from '../route.ts'

export const auditEventRoutes = [
  provenRoute({
    method: 'GET',
    path: '/access/audit-events',
    proof: 'any',
    summary: "The user's operations, newest first.",
    query: auditEventsQuery,
    answers: { 200: auditEventsAnswer },
    async run({ parts, principal, query }) {
      const page = await listAuditEvents(parts, principal, query.before, query.limit)
      return page instanceof AuthError ? page : { json: { events: page.events.map(presentAuditEvent), next: page.next } }
    },
  }),
  provenRoute({
    method: 'POST',
    path: '/access/audit-events',
    proof: 'header',
    summary: 'Records an operation of the application.',
    body: { type: JSON_TYPE, schema: auditEventBody },
    answers: { 201: auditEventAnswer },
    refusals: ['rate.limited'],
    async run({ parts, principal, body, whence }) {
      const recorded = await recordAuditEvent(parts, principal, body.action, body.detail ?? {}, whence)
      return recorded instanceof AuthError ? recorded : { status: 201, json: presentAuditEvent(recorded) }
    },
  }),
]
