// The credential cache alone, filled with sessions of as many users.

import { randomBytes } from 'node:crypto'
import { CredentialCache } from '../../src/engine/credential-cache.ts'
import { makeSession } from '../../src/testing/samples.ts'
import type { SubjectModule } from '../subject.ts'

const SESSION_COUNT = 1_000_000

export const subject: SubjectModule = {
  name: 'Latchkey (verified credentials)',
  packages: [],
  async prepare() {
    const cache = new CredentialCache({
      capacity: 2 * SESSION_COUNT,
      idleTimeout: 1_200_000,
      deviceBinding: 'preferred',
      observe: () => {},
      flushInterval: 5_000,
      isFeedCurrent: () => true,
      requestFlush: () => {},
    })
    return {
      async createSessions(count) {
        for (let index = 0; index < count; index += 1) {
          const id = randomBytes(16).toString('base64url')
          const userId = `usr_${randomBytes(16).toString('base64url')}`
          // As read from a store: no two sessions share a string.
          const session = JSON.parse(JSON.stringify(makeSession({ id, userId, username: `Name ${index}` })))
          const cached = cache.upsertSession(id, session.lastSeenAt, session)
          cache.putSession(`${id}.${randomBytes(48).toString('base64url')}`, cached)
        }
      },
      close: async () => {},
    }
  },
}
