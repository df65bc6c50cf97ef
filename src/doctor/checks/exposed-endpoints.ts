// Checks that endpoints for operators and developers are not public.

import type { CheckFunction } from '../finding.ts'
import { isLoopbackHost } from '../is-loopback.ts'

export const checkExposedEndpoints: CheckFunction = ({ url, steps }) => {
  if (isLoopbackHost(url)) return 'the deployment is on this machine'
  const exposed = [
    ...steps.metrics
      .filter(({ status, body }) => status === 200 && /^latchkey_requests_total/m.test(body))
      .map(() => ({
        what: '/metrics is public: it shows how many users sign in, and what fails.',
        fix: 'Set METRICS_PORT to serve it on its own port, or let the proxy send X-Forwarded-For, by which Latchkey recognizes requests from outside.',
      })),
    ...steps.lab
      .filter(({ status, body }) => status === 200 && /<h1>Latchkey /.test(body))
      .map(() => ({
        what: '/lab is public: this is a development server, whose lab shows how credentials are stolen.',
        fix: 'Run `latchkey serve` instead.',
      })),
  ]
  return exposed.slice(0, 2)
}
