// Metrics as Prometheus text.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Engine } from '../engine/engine.ts'
import type { AnsweredRequest } from '../http/handler.ts'

export interface Metrics {
  readonly registry: Registry
  count(answered: AnsweredRequest): void
  /** Measures the engine from now on. */
  watch(engine: Engine): void
}

export function createMetrics(labels: Readonly<Record<string, string>> = {}): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ ...labels })
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const requests = new Counter({
    name: 'latchkey_requests_total',
    help: 'Requests answered.',
    labelNames: ['route', 'method', 'status'],
    registers,
  })
  const refusals = new Counter({
    name: 'latchkey_refusals_total',
    help: 'Requests refused, by code and reason.',
    labelNames: ['code', 'reason'],
    registers,
  })
  const seconds = new Histogram({
    name: 'latchkey_request_seconds',
    help: 'Time from request to answer.',
    labelNames: ['route'],
    buckets: [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers,
  })
  return {
    registry,
    count({ route, method, status, code, reason, milliseconds }) {
      // Paths and methods that do not exist are the client's invention: they must not become labels.
      requests.inc({ route: route ?? 'none', method: KNOWN_METHODS.has(method) ? method : 'other', status })
      if (code !== null) refusals.inc({ code, reason: reason ?? 'none' })
      seconds.observe({ route: route ?? 'none' }, milliseconds / 1000)
    },
    watch(engine) {
      gauge(registers, 'latchkey_verified_hits', 'Checks answered from memory.', () => engine.verified.hits)
      gauge(registers, 'latchkey_verified_misses', 'Checks that memory could not answer.', () => engine.verified.misses)
      gauge(
        registers,
        'latchkey_endings_silence_seconds',
        'Time since the endings log was heard.',
        () => engine.endings.silence(engine.clock.now()) / 1000,
      )
    },
  }
}

const KNOWN_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

function gauge(registers: Registry[], name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(value())
    },
  })
}
