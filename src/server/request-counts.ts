// Request counters as plain numbers: a metrics library takes longer to count a request than the server to answer it.

import type { CompletedRequest } from '../http/handler.ts'

/** Upper bounds in seconds; slower requests are counted after the last. */
export const BOUNDS = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5] as const

const KNOWN_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

export interface CounterSample<Labels> {
  readonly labels: Labels
  readonly value: number
}

export interface RouteDurations {
  readonly route: string
  /** Requests between each bound and the previous one; the last is for slower ones. */
  readonly buckets: readonly number[]
  readonly seconds: number
}

interface RouteCounts {
  readonly responses: Map<string, Map<number, number>>
  readonly buckets: number[]
  seconds: number
}

export class RequestCounts {
  readonly #byRoute = new Map<string, RouteCounts>()
  readonly #refusals = new Map<string, { readonly labels: { readonly code: string; readonly reason: string }; value: number }>()

  count({ route, method, status, code, reason, milliseconds }: CompletedRequest): void {
    // Unknown paths and methods are arbitrary client input: they must not become labels.
    const counts = this.#countsOf(route ?? 'none')
    const known = KNOWN_METHODS.has(method) ? method : 'other'
    const responses = counts.responses.get(known) ?? new Map<number, number>()
    if (responses.size === 0) counts.responses.set(known, responses)
    responses.set(status, (responses.get(status) ?? 0) + 1)
    const seconds = milliseconds / 1000
    let bucket = 0
    while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] ?? 0)) bucket += 1
    counts.buckets[bucket] = (counts.buckets[bucket] ?? 0) + 1
    counts.seconds += seconds
    if (code !== null) this.#countRefusal(code, reason ?? 'none')
  }

  requests(): readonly CounterSample<{ readonly route: string; readonly method: string; readonly status: number }>[] {
    return [...this.#byRoute].flatMap(([route, { responses }]) =>
      [...responses].flatMap(([method, byStatus]) =>
        [...byStatus].map(([status, value]) => ({ labels: { route, method, status }, value })),
      ),
    )
  }

  refusals(): readonly CounterSample<{ readonly code: string; readonly reason: string }>[] {
    return [...this.#refusals.values()]
  }

  durations(): readonly RouteDurations[] {
    return [...this.#byRoute].map(([route, { buckets, seconds }]) => ({ route, buckets, seconds }))
  }

  #countsOf(route: string): RouteCounts {
    const known = this.#byRoute.get(route)
    if (known !== undefined) return known
    const counts = { responses: new Map(), buckets: Array.from({ length: BOUNDS.length + 1 }, () => 0), seconds: 0 }
    this.#byRoute.set(route, counts)
    return counts
  }

  #countRefusal(code: string, reason: string): void {
    const key = `${code} ${reason}`
    const refusal = this.#refusals.get(key) ?? { labels: { code, reason }, value: 0 }
    refusal.value += 1
    this.#refusals.set(key, refusal)
  }
}
