// Checks of a request of which only the headers that are named exist, each time as fresh strings.

import type { Guard } from '../../src/http/guard.ts'
import { uniqueHeader } from '../unique-header.ts'

/** True, or a promise of it, where the request is let in. */
export function createCheck(guard: Guard, name: 'cookie' | 'authorization', value: string): () => boolean | Promise<boolean> {
  const text = uniqueHeader(value)
  const request = { method: 'GET', header: (asked: string) => (asked === name ? text() : null) }
  return () => {
    const found = guard(request)
    return found instanceof Promise ? found.then(({ ok }) => ok) : found.ok
  }
}
