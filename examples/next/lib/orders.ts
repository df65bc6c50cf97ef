// The menu, which is the same for all users, and the order of one user.

import type { JsonObject } from 'latchkey'
import { cacheLife } from 'next/cache'

const DRINKS = ['coffee', 'mint tea', 'tea']

/** Cacheable: it holds no data of a user. */
export async function menu(): Promise<readonly string[]> {
  'use cache'
  cacheLife('hours')
  return DRINKS
}

export function isDrink(item: unknown): item is string {
  return typeof item === 'string' && DRINKS.includes(item)
}

/** The last order in a session's data. */
export function lastOrder(data: JsonObject): string {
  return isDrink(data.lastOrder) ? data.lastOrder : 'nothing yet'
}
