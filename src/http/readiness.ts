// Whether requests can be served, part by part: one word each, `ok` or what is wrong.

import { StoreError } from '../domain/errors.ts'
import type { Parts } from '../engine/parts.ts'

export type Readiness = () => Promise<Readonly<Record<string, string>>>

/** The store is probed at most this often, however many ask: probing writes. */
const PROBE_EVERY = 250

export function createReadiness(parts: Parts): Readiness {
  let probedAt = Number.NEGATIVE_INFINITY
  let probing: Promise<string> = Promise.resolve('ok')
  return async () => {
    const now = parts.clock.now()
    if (Math.abs(now - probedAt) >= PROBE_EVERY) {
      probedAt = now
      probing = probe(parts)
    }
    return {
      store: await probing,
      endings: parts.endings.isHeard(now) ? 'ok' : 'silent',
      keys: parts.keys.published().length > 1 ? 'ok' : 'missing',
    }
  }
}

async function probe(parts: Parts): Promise<string> {
  try {
    await parts.store.probe()
    return 'ok'
  } catch (error) {
    return error instanceof StoreError ? error.message : 'failing'
  }
}
