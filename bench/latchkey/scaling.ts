// Latchkey on SQLite with a given number of live sessions, of which the latest are in use.

import { issueSession } from '../../src/engine/issue-credentials.ts'
import type { SubjectModule } from '../subject.ts'
import { createCheck } from './create-check.ts'
import { startEmbedded } from './embedded.ts'

const BATCH_SIZE = 2_000
/** The number of sessions in use, the same for every size, so that only the unused ones grow. */
const IN_USE = 1_000

export const subject: SubjectModule = {
  name: 'Latchkey on SQLite',
  packages: [],
  async prepare() {
    const embedded = await startEmbedded({ sessionAbsoluteTimeout: '30d', sessionIdleTimeout: '30d' })
    const { engine, guard } = embedded
    const user = await engine.store.users.findByUsernameKey('alice')
    if (user === undefined) throw new Error('No user is registered')
    const inUse: { readonly id: string; readonly check: () => boolean | Promise<boolean> }[] = []
    let created = 0
    const any = () => inUse[Math.floor(Math.random() * inUse.length)]
    return {
      checkSession: () => any()?.check(),
      checkUncachedSession: () => {
        const session = any()
        if (session) engine.credentialCache.invalidate(session.id)
        return session?.check()
      },
      async createSessions(count) {
        while (created < count) {
          const now = engine.clock.now()
          const origin = {
            startedBy: null,
            amr: ['pwd'],
            authTime: now,
            delivery: 'cookie',
            ip: '192.0.2.7',
            userAgent: 'Mozilla/5.0',
          } as const
          const issued = Array.from({ length: Math.min(BATCH_SIZE, count - created) }, () => issueSession(engine, user, origin, now))
          await engine.store.write(issued.map(({ record }) => ({ do: 'insert credential', record })))
          created += issued.length
          for (const { record, secret } of issued)
            inUse.push({ id: record.id, check: createCheck(guard, 'cookie', `latchkey_session=${secret.value}`) })
          inUse.splice(0, Math.max(0, inUse.length - IN_USE))
        }
        for (const { check } of inUse) await check()
      },
      close: () => embedded.close(),
    }
  },
}
