// The routes of the user's audit log.

import { AuthError } from '../../domain/errors.ts'
import { listAuditEvents, recordAuditEvent } from '../../engine/audit-events.ts'
import { JSON_TYPE } from '../body.ts'
import { auditEventBody, auditEventResponse, auditEventsQuery, auditEventsResponse } from '../contract.ts'
import { authenticatedRoute } from '../route.ts'
import { serializeAuditEvent } from '../serialize.ts'

export const auditEventRoutes = [
  authenticatedRoute({
    method: 'GET',
    path: '/access/audit-events',
    auth: 'session-or-token',
    summary: "The user's audit log, newest first.",
    query: auditEventsQuery,
    responses: { 200: auditEventsResponse },
    async run({ engine, principal, query }) {
      const page = await listAuditEvents(engine, principal, query.before, query.limit)
      return page instanceof AuthError ? page : { json: { events: page.events.map(serializeAuditEvent), next: page.next } }
    },
  }),
  authenticatedRoute({
    method: 'POST',
    path: '/access/audit-events',
    auth: 'header-only',
    summary: 'Records an audit event of the application.',
    body: { type: JSON_TYPE, schema: auditEventBody },
    responses: { 201: auditEventResponse },
    errorCodes: ['rate.limited'],
    async run({ engine, principal, body, clientInfo }) {
      const recorded = await recordAuditEvent(engine, principal, body.action, body.detail ?? {}, clientInfo)
      return recorded instanceof AuthError ? recorded : { status: 201, json: serializeAuditEvent(recorded) }
    },
  }),
]
