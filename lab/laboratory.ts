// Latchkey in this process, over a store that can be looked into and a clock that can be turned.

import { toNodeListener } from '../src/adapters/node.ts'
import { createLatchkey } from '../src/index.ts'
import type { Store } from '../src/ports/store.ts'
import { createMemoryStore } from '../src/stores/memory/memory-store.ts'
import { ATTACKER, DEMO_USER } from './people.ts'

/** Names who sends a request; only the lab itself sets it, and it says so in its journal. */
export const WHO_HEADER = 'x-lab-who'
const THIEF_ADDRESS = '203.0.113.66'

export interface Laboratory {
  readonly url: string
  readonly store: Store
  now(): number
  turnClock(milliseconds: number): void
  /** When each credential of a user was used last, in milliseconds since 1970. */
  lastUses(userId: string): Promise<ReadonlyMap<string, number>>
  readonly listener: ReturnType<typeof toNodeListener>
  close(): Promise<void>
}

export async function openLaboratory(url: string): Promise<Laboratory> {
  let turned = 0
  const now = () => Date.now() + turned
  const store = createMemoryStore()
  // Everybody here comes from one address.
  const settings = { publicUrl: url, secret: crypto.randomUUID(), registrationLimit: '1000000/1h' }
  const latchkey = await createLatchkey(settings, { clock: { now }, store })
  for (const user of [DEMO_USER, ATTACKER]) await latchkey.users.add(user)
  return {
    url,
    store,
    now,
    turnClock: (milliseconds) => {
      turned += milliseconds
    },
    async lastUses(userId) {
      const listed = await latchkey.sessions({ userId, sid: '', roles: [], amr: [], authTime: 0 })
      return new Map(listed.map(({ id, lastSeenAt }) => [id, lastSeenAt]))
    },
    listener: toNodeListener(latchkey, {
      address: ({ headers, socket }) => (headers[WHO_HEADER] === 'thief' ? THIEF_ADDRESS : (socket.remoteAddress ?? '')),
    }),
    close: () => latchkey.close(),
  }
}
