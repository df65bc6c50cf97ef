// Duplicate cookies: which of several cookies with the same name counts. Pure functions.
//
// Another deployment under a parent domain, an older setting or a sibling sub-domain may have set cookies with our names, and a browser
// sends all of them. A *genuine* cookie has our MAC and a live record in the store; when exactly one is genuine, it counts.

/** A value with a valid MAC. */
export interface OpenedCookie {
  readonly value: string
  readonly id: string
  /** The generation of a remember-me login; 0 for a session. */
  readonly generation: number
}

/** A cookie whose record is live. */
export interface GenuineCookie extends OpenedCookie {
  readonly lineage: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly expiresAt: number
}

/** Look-ups per cookie name for one Cookie header. */
export const MAX_LOOKUPS = 4

/**
 * The cookies to look up in the store. Of the same record only the newest value: an older one was left behind on another domain by a
 * rotation. When there are too many, a skipped cookie could be genuine too; then only the lineage named by the pair is looked up.
 *
 * @param pairedLineage the lineage that the pair names; undefined when there is no pair
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
 * The cookie that counts, if any. Among several genuine ones it is the one with its pair: only Latchkey's own host can have set that.
 *
 * @param pairedLineage the lineage that the pair names; undefined when there is no pair
 * @param isComplete whether every opened cookie was looked up
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

/** For sealed values, which are not stored: the one that opens, when exactly one does. */
export function chooseSealed(values: readonly string[], opens: (value: string) => boolean): string | undefined {
  const opened = values.filter(opens)
  return opened.length === 1 ? opened[0] : undefined
}
