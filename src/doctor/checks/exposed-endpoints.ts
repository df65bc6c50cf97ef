// What is for operators and developers is not for everybody.

import type { CheckFunction } from '../finding.ts'
import { isLoopbackHost } from '../is-loopback.ts'

export const checkExposedEndpoints: CheckFunction = ({ url, steps }) => {
  if (isLoopbackHost(url)) return 'it is this very machine that asks'
  const published = [
    ...steps.metrics
      .filter(({ status, body }) => status === 200 && /^latchkey_requests_total/m.test(body))
      .map(() => ({
        what: '/metrics can be read by everybody: how many sign in, and what fails.',
        fix: 'METRICS_PORT gives it a port of its own; or let the proxy send X-Forwarded-For, by which Latchkey knows that a request comes from outside.',
      })),
    ...steps.lab
      .filter(({ status, body }) => status === 200 && /<h1>Latchkey /.test(body))
      .map(() => ({
        what: '/lab is there: this server runs for development, and shows how credentials are stolen.',
        fix: 'Run `latchkey serve` in its place.',
      })),
  ]
  return published.slice(0, 2)
}
