// The readiness check: the status (`ok`, `stale`, `missing` or an error) of the store, the revocation feed and the keys.

import { StoreError } from '../domain/errors.ts'
import type { EngineContext } from '../engine/context.ts'

export type Readiness = () => Promise<Readonly<Record<string, string>>>

/** Shortest interval between probes of the store, in milliseconds: a probe writes. */
const PROBE_INTERVAL = 250

export function createReadiness(engine: EngineContext): Readiness {
  let probedAt = Number.NEGATIVE_INFINITY
  let probing: Promise<string> = Promise.resolve('ok')
  return async () => {
    const now = engine.clock.now()
    if (Math.abs(now - probedAt) >= PROBE_INTERVAL) {
      probedAt = now
      probing = probe(engine)
    }
    return {
      store: await probing,
      revocations: engine.revocationFeed.isCurrent(now) ? 'ok' : 'stale',
      keys: engine.keys.published().length > 1 ? 'ok' : 'missing',
    }
  }
}

async function probe(engine: EngineContext): Promise<string> {
  try {
    await engine.store.probe()
    return 'ok'
  } catch (error) {
    return error instanceof StoreError ? error.message : 'failing'
  }
}
