// Latchkey asked for what it has never seen: one read of SQLite for a session, one signature for a token.

import type { SubjectModule } from '../subject.ts'
import { checking } from './checks.ts'
import { embed } from './embedded.ts'

export const subject: SubjectModule = {
  name: 'Latchkey, cold',
  packages: [],
  async prepare() {
    const embedded = await embed()
    const { engine, guard, sid, session, token } = embedded
    const bySession = checking(guard, 'cookie', `latchkey_session=${session}`)
    const byToken = checking(guard, 'authorization', `Bearer ${token}`)
    const cold = (check: () => boolean | Promise<boolean>) => () => {
      engine.verified.forget(sid)
      return check()
    }
    return { checkColdSession: cold(bySession), checkColdToken: cold(byToken), close: () => embedded.close() }
  },
}
