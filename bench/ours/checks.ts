// Checks of a request of which only the headers that are named exist, each time as fresh strings.

import type { Guard } from '../../src/http/guard.ts'
import { fresh } from '../fresh.ts'

/** True, or a promise of it, where the request is let in. */
export function checking(guard: Guard, name: 'cookie' | 'authorization', value: string): () => boolean | Promise<boolean> {
  const text = fresh(value)
  const request = { method: 'GET', header: (asked: string) => (asked === name ? text() : null) }
  return () => {
    const found = guard(request)
    return found instanceof Promise ? found.then(({ ok }) => ok) : found.ok
  }
}
