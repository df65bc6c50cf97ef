// Whether requests can be served, part by part: one word each, `ok` or what is wrong.

import { StoreError } from '../domain/errors.ts'
import type { EngineContext } from '../engine/context.ts'

export type Readiness = () => Promise<Readonly<Record<string, string>>>

/** The store is probed at most this often, however many ask: probing writes. */
const PROBE_INTERVAL = 250

export function createReadiness(parts: EngineContext): Readiness {
  let probedAt = Number.NEGATIVE_INFINITY
  let probing: Promise<string> = Promise.resolve('ok')
  return async () => {
    const now = parts.clock.now()
    if (Math.abs(now - probedAt) >= PROBE_INTERVAL) {
      probedAt = now
      probing = probe(parts)
    }
    return {
      store: await probing,
      endings: parts.revocationFeed.isCurrent(now) ? 'ok' : 'silent',
      keys: parts.keys.published().length > 1 ? 'ok' : 'missing',
    }
  }
}

async function probe(parts: EngineContext): Promise<string> {
  try {
    await parts.store.probe()
    return 'ok'
  } catch (error) {
    return error instanceof StoreError ? error.message : 'failing'
  }
}
