// The memory of verified credentials alone, filled with sessions of as many users.

import { randomBytes } from 'node:crypto'
import { Verified } from '../../src/engine/verified.ts'
import { aSession } from '../../src/testing/samples.ts'
import type { SubjectModule } from '../subject.ts'

const MOST = 1_000_000

export const subject: SubjectModule = {
  name: 'Latchkey (verified credentials)',
  packages: [],
  async prepare() {
    const verified = new Verified({
      capacity: 2 * MOST,
      idleTimeout: 1_200_000,
      deviceBinding: 'preferred',
      look: () => {},
      flushInterval: 5_000,
      isHeard: () => true,
      flushSoon: () => {},
    })
    return {
      async holdSessions(count) {
        for (let index = 0; index < count; index += 1) {
          const id = randomBytes(16).toString('base64url')
          const code = `usr_${randomBytes(16).toString('base64url')}`
          // As read from a store: every text is a string of its own.
          const session = JSON.parse(JSON.stringify(aSession({ id, userId: code, username: `Name ${index}` })))
          const known = verified.learn(id, session.lastSeenAt, session)
          verified.rememberSession(`${id}.${randomBytes(48).toString('base64url')}`, known)
        }
      },
      close: async () => {},
    }
  },
}
