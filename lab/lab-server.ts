// Latchkey in this process, over a store that can be looked into and a clock that can be turned.

import { toNodeHandler } from '../src/adapters/node.ts'
import { createLatchkey } from '../src/index.ts'
import type { Store } from '../src/ports/store.ts'
import { createMemoryStore } from '../src/stores/memory/memory-store.ts'
import { ATTACKER, DEMO_USER } from './fixtures.ts'

/** Names who sends a request; only the lab itself sets it, and it says so in its journal. */
export const SENDER_HEADER = 'x-lab-who'
const ATTACKER_ADDRESS = '203.0.113.66'

export interface LabServer {
  readonly url: string
  readonly store: Store
  now(): number
  advanceClock(milliseconds: number): void
  /** When each credential of a user was used last, in milliseconds since 1970. */
  /** When a session was used last, as this process knows it; undefined where it is no session, or has ended. */
  lastUse(userId: string, sid: string): Promise<number | undefined>
  readonly listener: ReturnType<typeof toNodeHandler>
  close(): Promise<void>
}

export async function openLabServer(url: string): Promise<LabServer> {
  let offset = 0
  const now = () => Date.now() + offset
  const store = createMemoryStore()
  // Everybody here comes from one address.
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
      address: ({ headers, socket }) => (headers[SENDER_HEADER] === 'thief' ? ATTACKER_ADDRESS : (socket.remoteAddress ?? '')),
    }),
    close: () => latchkey.close(),
  }
}
