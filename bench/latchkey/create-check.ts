// Creates a check of a request with one header, which is a new string for each call.

import type { Guard } from '../../src/http/guard.ts'
import { uniqueHeader } from '../unique-header.ts'

/** The check returns whether the request is accepted, or a promise of it. */
export function createCheck(guard: Guard, name: 'cookie' | 'authorization', value: string): () => boolean | Promise<boolean> {
  const text = uniqueHeader(value)
  const request = { method: 'GET', header: (requested: string) => (requested === name ? text() : null) }
  return () => {
    const result = guard(request)
    return result instanceof Promise ? result.then(({ ok }) => ok) : result.ok
  }
}
