// Prometheus metrics. The library is loaded only after the server is already answering.

import type { Metric, Registry } from 'prom-client'
import type { Engine } from '../engine/engine.ts'
import type { CompletedRequest } from '../http/handler.ts'
import { BOUNDS, RequestCounts } from './request-counts.ts'

export interface Metrics {
  count(completed: CompletedRequest): void
  /** Measures the engine from now on, and the process after LOAD_DELAY. */
  observe(engine: Engine): void
  text(): Promise<string>
}

/** Milliseconds. A process has little to measure before, and the first responses should not wait. */
const LOAD_DELAY = 1_000

export function createMetrics(labels: Readonly<Record<string, string>> = {}): Metrics {
  const counts = new RequestCounts()
  let observed: Engine | undefined
  let opening: Promise<Pick<Registry, 'metrics'>> | undefined
  const open = () => {
    opening ??= openRegistry(labels, counts, () => observed)
    return opening
  }
  return {
    count: (completed) => counts.count(completed),
    observe(engine) {
      observed = engine
      // If this fails, the request for metrics reports it.
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
  // In a worker it sends its values to the primary process, which aggregates them.
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
  gauge(
    'latchkey_credential_cache_hits',
    'Credential checks answered from the credential cache.',
    ({ credentialCache }) => credentialCache.hits,
  )
  gauge('latchkey_credential_cache_misses', 'Credential checks that needed the store.', ({ credentialCache }) => credentialCache.misses)
  gauge(
    'latchkey_revocation_feed_lag_seconds',
    'Seconds since the revocation log was last read.',
    ({ revocationFeed, clock }) => revocationFeed.lagMs(clock.now()) / 1000,
  )
  return registry
}

/** A histogram with its own counts: the library's histogram can only observe one request at a time. */
function durationHistogram(counts: RequestCounts): Metric {
  const name = 'latchkey_request_seconds'
  const snapshot = async () => ({
    name,
    help: 'Seconds from request to response.',
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
  // Only the methods that a registry calls: the library declares the type of its own classes.
  return { name, get: snapshot, getForPromString: snapshot, reset: () => {} } as unknown as Metric
}
