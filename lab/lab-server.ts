// Latchkey in this process, with a store that the lab can read and a clock that it can advance.

import { toNodeHandler } from '../src/adapters/node.ts'
import { createLatchkey } from '../src/index.ts'
import type { Store } from '../src/ports/store.ts'
import { createMemoryStore } from '../src/stores/memory/memory-store.ts'
import { ATTACKER, DEMO_USER } from './fixtures.ts'

/** Marks requests of the attacker's program for the request log. Set only by the lab itself. */
export const SENDER_HEADER = 'x-lab-sender'
const ATTACKER_ADDRESS = '203.0.113.66'

export interface LabServer {
  readonly url: string
  readonly store: Store
  now(): number
  advanceClock(milliseconds: number): void
  /** When a session was last used, in milliseconds since 1970; undefined for other credentials and ended sessions. */
  lastUse(userId: string, sid: string): Promise<number | undefined>
  readonly listener: ReturnType<typeof toNodeHandler>
  close(): Promise<void>
}

export async function openLabServer(url: string): Promise<LabServer> {
  let offset = 0
  const now = () => Date.now() + offset
  const store = createMemoryStore()
  // All users here share one address.
  const settings = { publicUrl: url, secret: crypto.randomUUID(), registrationLimit: '1000000/1h' }
  const latchkey = await createLatchkey(settings, { clock: { now }, store })
  for (const user of [DEMO_USER, ATTACKER]) await latchkey.users.add(user)
  return {
    url,
    store,
    now,
    advanceClock: (milliseconds) => {
      offset += milliseconds
    },
    async lastUse(userId, sid) {
      const view = await latchkey.session({ userId, sid, roles: [], amr: [], authTime: 0 })
      return 'lastSeenAt' in view ? view.lastSeenAt : undefined
    },
    listener: toNodeHandler(latchkey, {
      address: ({ headers, socket }) => (headers[SENDER_HEADER] === 'attacker' ? ATTACKER_ADDRESS : (socket.remoteAddress ?? '')),
    }),
    close: () => latchkey.close(),
  }
}
