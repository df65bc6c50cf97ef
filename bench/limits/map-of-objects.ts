// The limit of memory: one plain object for each session, in a Map.

import { randomBytes } from 'node:crypto'
import type { SubjectModule } from '../subject.ts'

export const subject: SubjectModule = {
  name: 'limit: plain objects in a Map',
  packages: [],
  async prepare() {
    const sessions = new Map<string, object>()
    return {
      async createSessions(count) {
        for (let index = 0; index < count; index += 1) {
          const session = { user: `user-${index}`, startedAt: index, lastSeenAt: index, expiresAt: index, roles: ['user'] }
          sessions.set(randomBytes(32).toString('base64url'), session)
        }
      },
      close: async () => {},
    }
  },
}
