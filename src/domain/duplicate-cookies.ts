// Which of several cookies of one name counts. Pure, and the only place where it is decided.
//
// Another deployment under a parent domain, an older setting or a sibling sub-domain may have set cookies by our names, and a browser
// sends all of them. A *genuine* one opens under our MAC and is live in the store; where exactly one is genuine it counts.

/** A value whose MAC is ours. */
export interface OpenedCookie {
  readonly value: string
  readonly id: string
  /** Of a remember-me login; 0 for a session. */
  readonly generation: number
}

/** One of them whose record is live. */
export interface GenuineCookie extends OpenedCookie {
  readonly lineage: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly expiresAt: number
}

/** Look-ups that one Cookie header can ask for, of each name. */
export const MAX_LOOKUPS = 4

/**
 * Those that are looked up in the store. Of one record only the newest value: an older one is what a rotation left behind on another
 * domain. Where there are too many to look at, one that was left out could be genuine too: then only what the pair names is found out.
 *
 * @param pairedLineage the lineage that the pair names; undefined where there is none
 */
export function selectForLookup<C extends OpenedCookie>(opened: readonly C[], pairedLineage: string | undefined): readonly C[] {
  const newest = new Map<string, C>()
  for (const cookie of opened) {
    const previous = newest.get(cookie.id)
    if (previous === undefined || cookie.generation > previous.generation) newest.set(cookie.id, cookie)
  }
  const all = [...newest.values()]
  if (all.length <= MAX_LOOKUPS) return all
  if (pairedLineage === undefined) return []
  return all.sort((one, other) => Number(other.id === pairedLineage) - Number(one.id === pairedLineage)).slice(0, MAX_LOOKUPS)
}

/**
 * The one that counts; undefined where none does. Of several the one with its pair: only Latchkey's own host can have set that.
 *
 * @param pairedLineage the lineage that the pair names; undefined where there is none
 * @param isComplete whether every one that opened was looked up
 */
export function chooseGenuine<C extends GenuineCookie>(
  genuine: readonly C[],
  pairedLineage: string | undefined,
  isComplete: boolean,
): C | undefined {
  const pairedCookies = genuine.filter(({ lineage }) => lineage === pairedLineage).sort((one, other) => other.startedAt - one.startedAt)
  if (pairedCookies[0] !== undefined) return pairedCookies[0]
  return isComplete && genuine.length === 1 ? genuine[0] : undefined
}

/** Of sealed values, which no store knows: the one that opens, where exactly one does. */
export function chooseSealed(values: readonly string[], opens: (value: string) => boolean): string | undefined {
  const opened = values.filter(opens)
  return opened.length === 1 ? opened[0] : undefined
}
