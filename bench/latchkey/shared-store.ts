// Latchkey embedded in a process, on a database shared with other processes.

import { type BackendName, startBackend } from '../../test/support/backends.ts'
import type { SubjectModule } from '../subject.ts'
import { createCheck } from './create-check.ts'
import { startEmbedded } from './embedded.ts'

export function createSharedStoreSubject(name: BackendName): SubjectModule {
  return {
    name: `Latchkey on ${name}`,
    packages: [],
    async prepare() {
      const backend = await startBackend(name)
      const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = backend.env
      const embedded = await startEmbedded({ databaseUrl, redisUrl })
      const check = createCheck(embedded.guard, 'cookie', `latchkey_session=${embedded.session}`)
      return {
        checkSession: check,
        checkUncachedSession: () => {
          embedded.engine.credentialCache.invalidate(embedded.sid)
          return check()
        },
        async close() {
          await embedded.close()
          await backend[Symbol.asyncDispose]()
        },
      }
    },
  }
}
