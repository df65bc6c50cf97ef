// Metrics as Prometheus text. The library that writes it is loaded when the server already answers.

import type { Metric, Registry } from 'prom-client'
import type { Engine } from '../engine/engine.ts'
import type { CompletedRequest } from '../http/handler.ts'
import { BOUNDS, RequestCounts } from './request-counts.ts'

export interface Metrics {
  count(answered: CompletedRequest): void
  /** Measures the engine, and soon the process, from now on. */
  observe(engine: Engine): void
  text(): Promise<string>
}

/** Milliseconds. Before that there is little to see in a process, and the first answers should not wait. */
const LOAD_DELAY = 1_000

export function createMetrics(labels: Readonly<Record<string, string>> = {}): Metrics {
  const counts = new RequestCounts()
  let watched: Engine | undefined
  let opening: Promise<Pick<Registry, 'metrics'>> | undefined
  const open = () => {
    opening ??= openRegistry(labels, counts, () => watched)
    return opening
  }
  return {
    count: (answered) => counts.count(answered),
    observe(engine) {
      watched = engine
      // Where that fails, whoever asks for metrics is told.
      setTimeout(() => open().catch(() => {}), LOAD_DELAY).unref()
    },
    text: async () => (await open()).metrics(),
  }
}

async function openRegistry(
  labels: Readonly<Record<string, string>>,
  counts: RequestCounts,
  engineOf: () => Engine | undefined,
): Promise<Pick<Registry, 'metrics'>> {
  const { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge } = await import('prom-client')
  // In a worker it answers the first process, which gathers from all of them.
  const registry = new AggregatorRegistry()
  AggregatorRegistry.setRegistries([registry])
  const registers = [registry]
  registry.setDefaultLabels({ ...labels })
  collectDefaultMetrics({ register: registry })
  new Counter({
    name: 'latchkey_requests_total',
    help: 'Requests answered.',
    labelNames: ['route', 'method', 'status'],
    registers,
    collect() {
      this.reset()
      for (const { labels, value } of counts.requests()) this.inc(labels, value)
    },
  })
  new Counter({
    name: 'latchkey_refusals_total',
    help: 'Requests refused, by code and reason.',
    labelNames: ['code', 'reason'],
    registers,
    collect() {
      this.reset()
      for (const { labels, value } of counts.refusals()) this.inc(labels, value)
    },
  })
  registry.registerMetric(durationHistogram(counts))
  const gauge = (name: string, help: string, value: (engine: Engine) => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const engine = engineOf()
        if (engine) this.set(value(engine))
      },
    })
  gauge('latchkey_verified_hits', 'Checks answered from memory.', ({ credentialCache }) => credentialCache.hits)
  gauge('latchkey_verified_misses', 'Checks that memory could not answer.', ({ credentialCache }) => credentialCache.misses)
  gauge(
    'latchkey_endings_silence_seconds',
    'Time since the endings log was heard.',
    ({ revocationFeed, clock }) => revocationFeed.lagMs(clock.now()) / 1000,
  )
  return registry
}

/** A histogram that is counted elsewhere: the library's own can only be told of one request after the other. */
function durationHistogram(counts: RequestCounts): Metric {
  const name = 'latchkey_request_seconds'
  const snapshot = async () => ({
    name,
    help: 'Time from request to answer.',
    type: 'histogram',
    aggregator: 'sum',
    values: counts.durations().flatMap(({ route, buckets, seconds }) => {
      let sum = 0
      const upTo = buckets.map((count, index) => {
        sum += count
        return { metricName: `${name}_bucket`, labels: { le: BOUNDS[index] ?? '+Inf', route }, value: sum }
      })
      return [
        ...upTo,
        { metricName: `${name}_sum`, labels: { route }, value: seconds },
        { metricName: `${name}_count`, labels: { route }, value: sum },
      ]
    }),
  })
  // What a registry asks of a metric, and no more: the type in the library's declarations is that of its own classes.
  return { name, get: snapshot, getForPromString: snapshot, reset: () => {} } as unknown as Metric
}
