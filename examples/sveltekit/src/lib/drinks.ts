// The menu.

export const DRINKS = ['coffee', 'mint tea', 'tea']

export function isDrink(item: unknown): item is string {
  return typeof item === 'string' && DRINKS.includes(item)
}
