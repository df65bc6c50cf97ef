// Content negotiation for refusals: a page for a browser navigation, else a problem document (RFC 9110, 12.5.1; Fetch Metadata).

import type { HttpRequest } from './message.ts'

/** The headers that this choice depends on, for `Vary`. */
export const NEGOTIATION_VARY = 'Accept, Accept-Language, Cookie, Origin, Sec-Fetch-Mode'

const PAGE = 'text/html'
const PROBLEM = ['application/problem+json', 'application/json'] as const

/** The weight of a media type, and how exactly a range names it: 2 by type and subtype, 1 by type, 0 by a wildcard or not at all. */
interface Preference {
  readonly weight: number
  readonly exactness: number
}

/** True for a browser navigation. Scripts, and clients that accept JSON as much, get the problem document. */
export function prefersHtml({ header }: Pick<HttpRequest, 'header'>): boolean {
  const mode = header('sec-fetch-mode')
  if (mode !== null && mode !== 'navigate') return false
  // Sent by libraries in browsers without Sec-Fetch-Mode.
  if (header('x-requested-with') !== null) return false
  const ranges = rangesOf(header('accept') ?? '')
  const page = preferenceFor(ranges, PAGE)
  return page.weight > 0 && PROBLEM.every((type) => isPreferred(page, preferenceFor(ranges, type)))
}

/** Paths of the API: their refusals are always problem documents. */
export function isApiPath(path: string): boolean {
  return path.startsWith('/access/')
}

function isPreferred(page: Preference, problem: Preference): boolean {
  return page.weight > problem.weight || (page.weight === problem.weight && page.exactness > problem.exactness)
}

function rangesOf(accept: string): ReadonlyMap<string, number> {
  const ranges = new Map<string, number>()
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.toLowerCase().split(';')
    const weight = parameters.map((parameter) => /^\s*q\s*=\s*([\d.]+)\s*$/.exec(parameter)?.[1]).find((found) => found !== undefined)
    ranges.set(type.trim(), weight === undefined ? 1 : Number(weight))
  }
  return ranges
}

/** The most exact matching range decides. */
function preferenceFor(ranges: ReadonlyMap<string, number>, type: string): Preference {
  const candidates = ['*/*', `${type.slice(0, type.indexOf('/'))}/*`, type]
  const exactness = candidates.findLastIndex((candidate) => ranges.has(candidate))
  return { weight: ranges.get(candidates[exactness] ?? '') ?? 0, exactness: Math.max(exactness, 0) }
}
