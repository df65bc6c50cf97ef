// The conformance suite: the contract of `ports/store.ts` as tests, which every store must pass.

import { suite } from 'node:test'
import type { Store } from '../ports/store.ts'
import { auditEventTests } from './conformance/audit-events.ts'
import { closeTests } from './conformance/close.ts'
import { credentialChangeTests } from './conformance/credential-changes.ts'
import { credentialListTests } from './conformance/credential-lists.ts'
import { keyRingTests } from './conformance/key-rings.ts'
import { lastSeenTests } from './conformance/last-seen.ts'
import { limitTests } from './conformance/limits.ts'
import { revocationLogTests } from './conformance/revocation-log.ts'
import { revocationTests } from './conformance/revocations.ts'
import { subscriptionTests } from './conformance/subscriptions.ts'
import { userChangeTests } from './conformance/user-changes.ts'
import { userPageTests } from './conformance/user-pages.ts'
import { writeTests } from './conformance/writes.ts'
import { contractTests } from './contract-test.ts'

const GROUPS = {
  'users: changes': userChangeTests,
  'users: pages': userPageTests,
  'credentials: changes': credentialChangeTests,
  'credentials: lists': credentialListTests,
  'credentials: last seen': lastSeenTests,
  'credentials: revocation': revocationTests,
  'audit events': auditEventTests,
  'revocation log': revocationLogTests,
  'revocation log: subscriptions': subscriptionTests,
  limits: limitTests,
  'key ring': keyRingTests,
  writes: writeTests,
  close: closeTests,
}

/**
 * Registers the suite with `node:test`.
 *
 * @param name the name of the store, for the report
 * @param open must return an empty store each time; the suite closes it
 */
export function storeConformance(name: string, open: () => Promise<Store>): void {
  for (const [group, register] of Object.entries(GROUPS)) {
    void suite(`${name}, ${group}`, () => register(contractTests(open)))
  }
}
