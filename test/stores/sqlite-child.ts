// What another process does to a database file: `node child.ts <task> <path>`. It prints `ready`, waits for a line, and works.

import { once } from 'node:events'
import type { Store } from '../../src/ports/store.ts'
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { anAuditEvent, makeSession } from '../../src/testing/index.ts'

export const RACES = 100
export const contestedSession = (index: number) => makeSession({ id: `race-${index}` })
export const acknowledgedSession = (index: number) => makeSession({ id: `ack-${index}`, userId: 'usr_ack' })

const writeLine = (line: string) => process.stdout.write(`${line}\n`)

const TASKS: Readonly<Record<string, (store: Store) => Promise<void>>> = {
  /** Replaces and then ends what others want too; tells what it won. */
  race: async (store) => {
    for (let index = 0; index < RACES; index += 1) {
      const { id } = contestedSession(index)
      const next = { ...contestedSession(index), version: 2 }
      const replaced = await store.write([{ do: 'replace credential', next, ifVersion: 1 }])
      if (replaced.committed) writeLine(`replaced ${id}`)
      const ended = await store.write([{ do: 'revoke credentials', where: { id }, reason: 'revoked', at: 1, mustMatch: true }])
      if (ended.committed) writeLine(`ended ${id}`)
    }
  },

  append: async (store) => {
    await store.write([{ do: 'append entry', entry: { kind: 'changed', sid: 'from-another-process', at: 1, roles: [] } }])
    writeLine('appended')
  },

  /** Writes without end, and tells of each write that was confirmed. */
  acknowledge: async (store) => {
    const begun = (await store.credentials.listByUser('usr_ack')).length
    for (let index = begun; ; index += 1) {
      const record = acknowledgedSession(index)
      const { id: sid } = record
      const written = await store.write([
        { do: 'insert credential', record },
        { do: 'append audit event', event: anAuditEvent({ userId: 'usr_ack', sessionId: sid }) },
        { do: 'append entry', entry: { kind: 'changed', sid, at: 1, roles: [] } },
      ])
      if (written.committed) writeLine(sid)
    }
  },

  /** Opens, and tells that it could. */
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
