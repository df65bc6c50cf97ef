// The program of a child process on a PostgreSQL database: `node postgres-child.ts <task> <url> <name>`. It prints `ready`, waits for
// a line, and runs its task.

import { once } from 'node:events'
import { openPostgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { makeAuditEvent, makeSession } from '../../src/testing/index.ts'

export const APPENDED = 40

const writeLine = (line: string) => process.stdout.write(`${line}\n`)

/** Revokes sessions and appends entries in turn, with concurrent writes; `name` is the prefix of the ids. */
async function append(url: string, name: string): Promise<void> {
  const store = await openPostgresStore({ url })
  const writeOne = async (sid: string, revokes: boolean) => {
    if (!revokes) return store.write([{ do: 'append entry', entry: { kind: 'changed', sid, at: 1, roles: [] } }])
    await store.write([{ do: 'insert credential', record: makeSession({ id: sid }) }])
    return store.write([
      { do: 'revoke credentials', where: { id: sid }, reason: 'revoked', at: 1 },
      { do: 'append audit event', event: makeAuditEvent({ sessionId: sid }) },
    ])
  }
  for (let index = 0; index < APPENDED; index += 2) {
    await Promise.all([writeOne(`${name}-${index}`, false), writeOne(`${name}-${index + 1}`, true)])
  }
  await store.close()
}

/** Opens a database that may have no schema yet, and prints `opened`. */
async function open(url: string): Promise<void> {
  const store = await openPostgresStore({ url })
  await store.probe()
  await store.close()
  writeLine('opened')
}

const [, program, task = '', url = '', name = ''] = process.argv
if (program === import.meta.filename) {
  writeLine('ready')
  await once(process.stdin, 'data')
  await (task === 'open' ? open(url) : append(url, name))
}
