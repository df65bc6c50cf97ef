// The public health routes, and metrics for this machine.

import { AuthError } from '../../domain/errors.ts'
import { livenessResponse, readinessResponse } from '../contract.ts'
import type { HttpRequest } from '../message.ts'
import { openRoute } from '../route.ts'

const FORWARDING_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via']

export const healthRoutes = [
  openRoute({
    method: 'GET',
    path: '/livez',
    auth: 'none',
    summary: 'Whether the process is running.',
    responses: { 200: livenessResponse },
    async run() {
      return { json: { status: 'ok' } }
    },
  }),
  openRoute({
    method: 'GET',
    path: '/readyz',
    auth: 'none',
    summary: 'Whether requests can be served, with the status of each part.',
    responses: { 200: readinessResponse, 503: readinessResponse },
    async run({ app }) {
      const parts = await app.readiness()
      const ok = Object.values(parts).every((part) => part === 'ok')
      if (app.isStopping()) return { status: 503, json: { status: 'stopping', parts } }
      return { status: ok ? 200 : 503, json: { status: ok ? 'ok' : 'failing', parts } }
    },
  }),
  openRoute({
    method: 'GET',
    path: '/metrics',
    auth: 'none',
    summary: 'Metrics as Prometheus text, for requests from this machine only.',
    responses: { 200: null },
    errorCodes: ['resource.not_found'],
    async run({ app, request }) {
      if (app.metrics === undefined || !isLocal(request)) return new AuthError('resource.not_found', { setting: 'METRICS_PORT' })
      return { content: { type: 'text/plain; version=0.0.4; charset=utf-8', body: await app.metrics() } }
    },
  }),
]

/** A proxy on this machine is a loopback peer too: its forwarding headers reveal it. */
function isLocal(request: HttpRequest): boolean {
  const loopback = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(request.peer)
  return loopback && FORWARDING_HEADERS.every((name) => request.header(name) === null)
}
