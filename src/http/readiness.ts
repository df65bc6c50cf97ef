// Whether requests can be served, part by part: one word each, `ok` or what is wrong.

import { StoreError } from '../domain/errors.ts'
import type { Parts } from '../engine/parts.ts'

export async function readinessOf(parts: Parts): Promise<Readonly<Record<string, string>>> {
  return {
    store: await storeReadiness(parts),
    endings: parts.endings.isHeard(parts.clock.now()) ? 'ok' : 'silent',
    keys: parts.keys.published().length > 1 ? 'ok' : 'missing',
  }
}

async function storeReadiness(parts: Parts): Promise<string> {
  try {
    await parts.store.probe()
    return 'ok'
  } catch (error) {
    return error instanceof StoreError ? error.message : 'failing'
  }
}
