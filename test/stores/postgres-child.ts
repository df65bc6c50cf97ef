// What another process does to a PostgreSQL database: `node postgres-child.ts <task> <url> <name>`. It prints `ready`, waits for a
// line, and works.

import { once } from 'node:events'
import { openPostgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { anAuditEvent, makeSession } from '../../src/testing/index.ts'

export const APPENDED = 40

const writeLine = (line: string) => process.stdout.write(`${line}\n`)

/** Ends sessions and appends entries in turn, from several requests at once; `name` tells whose they are. */
async function append(url: string, name: string): Promise<void> {
  const store = await openPostgresStore({ url })
  const one = async (sid: string, ends: boolean) => {
    if (!ends) return store.write([{ do: 'append entry', entry: { kind: 'changed', sid, at: 1, roles: [] } }])
    await store.write([{ do: 'insert credential', record: makeSession({ id: sid }) }])
    return store.write([
      { do: 'revoke credentials', where: { id: sid }, reason: 'revoked', at: 1 },
      { do: 'append audit event', event: anAuditEvent({ sessionId: sid }) },
    ])
  }
  for (let index = 0; index < APPENDED; index += 2) {
    await Promise.all([one(`${name}-${index}`, false), one(`${name}-${index + 1}`, true)])
  }
  await store.close()
}

/** Opens where there may be no schema yet, and tells that it could. */
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
