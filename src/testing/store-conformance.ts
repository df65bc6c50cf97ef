// The contract of `ports/store.ts` as tests, one for each of its sentences. Every store passes the same.

import { suite } from 'node:test'
import type { Store } from '../ports/store.ts'
import { closing } from './sentences/closing.ts'
import { credentialChanges } from './sentences/credential-changes.ts'
import { credentialLists } from './sentences/credential-lists.ts'
import { endingLog } from './sentences/ending-log.ts'
import { endings } from './sentences/endings.ts'
import { following } from './sentences/following.ts'
import { keyRings } from './sentences/key-rings.ts'
import { limits } from './sentences/limits.ts'
import { events } from './sentences/operations.ts'
import { seenTimes } from './sentences/seen-times.ts'
import { userChanges } from './sentences/user-changes.ts'
import { userPages } from './sentences/user-pages.ts'
import { writes } from './sentences/writes.ts'
import { sentencesOn } from './sentences.ts'

const GROUPS = {
  'users: changes': userChanges,
  'users: pages': userPages,
  'credentials: changes': credentialChanges,
  'credentials: lists': credentialLists,
  'credentials: seen times': seenTimes,
  'credentials: endings': endings,
  events,
  'endings log': endingLog,
  'endings log: following': following,
  limits,
  'key ring': keyRings,
  writes,
  closing,
}

/**
 * Registers the suite with `node:test`.
 *
 * @param name what is tested, for the report
 * @param open must return an empty store each time; the suite closes it
 */
export function storeConformance(name: string, open: () => Promise<Store>): void {
  for (const [group, register] of Object.entries(GROUPS)) {
    void suite(`${name}, ${group}`, () => register(sentencesOn(open)))
  }
}
