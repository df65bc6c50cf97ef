// The program of a child process on a database file: `node sqlite-child.ts <task> <path>`. It prints `ready`, waits for a line, and
// runs its task.

import { once } from 'node:events'
import type { Store } from '../../src/ports/store.ts'
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { makeAuditEvent, makeSession } from '../../src/testing/index.ts'

export const RACES = 100
export const contestedSession = (index: number) => makeSession({ id: `race-${index}` })
export const acknowledgedSession = (index: number) => makeSession({ id: `ack-${index}`, userId: 'usr_ack' })

const writeLine = (line: string) => process.stdout.write(`${line}\n`)

const TASKS: Readonly<Record<string, (store: Store) => Promise<void>>> = {
  /** Replaces and then revokes sessions that other processes change too; prints each success. */
  race: async (store) => {
    for (let index = 0; index < RACES; index += 1) {
      const { id } = contestedSession(index)
      const next = { ...contestedSession(index), version: 2 }
      const replaced = await store.write([{ do: 'replace credential', next, ifVersion: 1 }])
      if (replaced.committed) writeLine(`replaced ${id}`)
      const revoked = await store.write([{ do: 'revoke credentials', where: { id }, reason: 'revoked', at: 1, mustMatch: true }])
      if (revoked.committed) writeLine(`revoked ${id}`)
    }
  },

  append: async (store) => {
    await store.write([{ do: 'append entry', entry: { kind: 'changed', sid: 'from-another-process', at: 1, roles: [] } }])
    writeLine('appended')
  },

  /** Writes in an endless loop, and prints the session id of each confirmed write. */
  acknowledge: async (store) => {
    const start = (await store.credentials.listByUser('usr_ack')).length
    for (let index = start; ; index += 1) {
      const record = acknowledgedSession(index)
      const { id: sid } = record
      const written = await store.write([
        { do: 'insert credential', record },
        { do: 'append audit event', event: makeAuditEvent({ userId: 'usr_ack', sessionId: sid }) },
        { do: 'append entry', entry: { kind: 'changed', sid, at: 1, roles: [] } },
      ])
      if (written.committed) writeLine(sid)
    }
  },

  /** Prints `opened` when the store is usable. */
  open: async (store) => {
    await store.probe()
    writeLine('opened')
  },
}

const [, program, task = '', path = ''] = process.argv
if (program === import.meta.filename) {
  if (task !== 'open') {
    const store = await openSqliteStore({ path })
    writeLine('ready')
    await once(process.stdin, 'data')
    await TASKS[task]?.(store)
    await store.close()
  } else {
    writeLine('ready')
    await once(process.stdin, 'data')
    const store = await openSqliteStore({ path })
    await TASKS.open?.(store)
    await store.close()
  }
}
