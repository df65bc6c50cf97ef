// What the shop knows of orders: the menu, the same for everybody, and what was ordered, which is one person's.

import type { JsonObject } from 'latchkey'
import { cacheLife } from 'next/cache'

const DRINKS = ['coffee', 'mint tea', 'tea']

/** May be cached, because nothing of a person goes into it. */
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
