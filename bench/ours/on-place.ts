// Latchkey in a process over a database that other processes share.

import { type PlaceName, startPlace } from '../../test/support/places.ts'
import type { SubjectModule } from '../subject.ts'
import { checking } from './checks.ts'
import { embed } from './embedded.ts'

export function latchkeyOn(name: PlaceName): SubjectModule {
  return {
    name: `Latchkey on ${name}`,
    packages: [],
    async prepare() {
      const place = await startPlace(name)
      const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = place.env
      const embedded = await embed({ databaseUrl, redisUrl })
      const check = checking(embedded.guard, 'cookie', `latchkey_session=${embedded.session}`)
      return {
        checkSession: check,
        checkColdSession: () => {
          embedded.engine.verified.forget(embedded.sid)
          return check()
        },
        async close() {
          await embedded.close()
          await place[Symbol.asyncDispose]()
        },
      }
    },
  }
}
