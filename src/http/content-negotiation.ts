// Whether a refusal is for a person in front of a browser, or for a program (RFC 9110, 12.5.1; Fetch Metadata).

import type { HttpRequest } from './message.ts'

/** What the choice between a page and a problem document depends on, for `Vary`. */
export const NEGOTIATION_VARY = 'Accept, Accept-Language, Cookie, Origin, Sec-Fetch-Mode'

const PAGE = 'text/html'
const PROBLEM = ['application/problem+json', 'application/json'] as const

/** How much something is wanted, and by how exact a range it was named: 2 by its name, 1 by its kind, 0 by a wildcard or not at all. */
interface Preference {
  readonly weight: number
  readonly exactness: number
}

/** True for a browser that opens an address. A script's request, and whatever takes JSON as gladly, gets the problem document. */
export function prefersHtml({ header }: Pick<HttpRequest, 'header'>): boolean {
  const mode = header('sec-fetch-mode')
  if (mode !== null && mode !== 'navigate') return false
  // Browsers that send no Sec-Fetch-Mode have libraries that say this.
  if (header('x-requested-with') !== null) return false
  const ranges = rangesOf(header('accept') ?? '')
  const page = preferenceFor(ranges, PAGE)
  return page.weight > 0 && PROBLEM.every((type) => isPreferred(page, preferenceFor(ranges, type)))
}

/** Paths of programs: what they refuse is always a problem document. */
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

/** The most exact range that names it decides. */
function preferenceFor(ranges: ReadonlyMap<string, number>, type: string): Preference {
  const candidates = ['*/*', `${type.slice(0, type.indexOf('/'))}/*`, type]
  const exactness = candidates.findLastIndex((candidate) => ranges.has(candidate))
  return { weight: ranges.get(candidates[exactness] ?? '') ?? 0, exactness: Math.max(exactness, 0) }
}
