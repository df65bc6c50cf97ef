// The contract of `ports/store.ts` as tests, one for each of its sentences. Every store passes the same.

import { suite } from 'node:test'
import type { Store } from '../ports/store.ts'
import { contractTests } from './contract-test.ts'
import { closeTests } from './sentences/close.ts'
import { credentialChangeTests } from './sentences/credential-changes.ts'
import { credentialListTests } from './sentences/credential-lists.ts'
import { keyRingTests } from './sentences/key-rings.ts'
import { lastSeenTests } from './sentences/last-seen.ts'
import { limitTests } from './sentences/limits.ts'
import { events } from './sentences/operations.ts'
import { revocationLogTests } from './sentences/revocation-log.ts'
import { revocationTests } from './sentences/revocations.ts'
import { subscriptionTests } from './sentences/subscriptions.ts'
import { userChangeTests } from './sentences/user-changes.ts'
import { userPageTests } from './sentences/user-pages.ts'
import { writeTests } from './sentences/writes.ts'

const GROUPS = {
  'users: changes': userChangeTests,
  'users: pages': userPageTests,
  'credentials: changes': credentialChangeTests,
  'credentials: lists': credentialListTests,
  'credentials: seen times': lastSeenTests,
  'credentials: endings': revocationTests,
  events,
  'endings log': revocationLogTests,
  'endings log: following': subscriptionTests,
  limitTests,
  'key ring': keyRingTests,
  writeTests,
  closeTests,
}

/**
 * Registers the suite with `node:test`.
 *
 * @param name what is tested, for the report
 * @param open must return an empty store each time; the suite closes it
 */
export function storeConformance(name: string, open: () => Promise<Store>): void {
  for (const [group, register] of Object.entries(GROUPS)) {
    void suite(`${name}, ${group}`, () => register(contractTests(open)))
  }
}
