// Latchkey with an empty credential cache: one read of SQLite for a session, one signature verification for a token.

import type { SubjectModule } from '../subject.ts'
import { createCheck } from './create-check.ts'
import { startEmbedded } from './embedded.ts'

export const subject: SubjectModule = {
  name: 'Latchkey, cold',
  packages: [],
  async prepare() {
    const embedded = await startEmbedded()
    const { engine, guard, sid, session, token } = embedded
    const bySession = createCheck(guard, 'cookie', `latchkey_session=${session}`)
    const byToken = createCheck(guard, 'authorization', `Bearer ${token}`)
    const cold = (check: () => boolean | Promise<boolean>) => () => {
      engine.credentialCache.invalidate(sid)
      return check()
    }
    return { checkUncachedSession: cold(bySession), checkUncachedToken: cold(byToken), close: () => embedded.close() }
  },
}
