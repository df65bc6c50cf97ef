// Checks a database before anything is written to it: its version, its encoding, and that each connection keeps its own session.

import type pg from 'pg'
import { StoreError } from '../../domain/errors.ts'
import type { Connection } from './connection.ts'
import { isTimeout, MIXED_SESSIONS, POOLER_IS_FULL, toStoreError } from './errors.ts'

/** Older versions lack features that Latchkey uses. Tested on 15. */
const MIN_VERSION = 14
/** How often two sessions are compared. A pooler without other clients is detected in the first round. */
const ROUNDS = 20

const SELECT_SERVER_FACTS = `SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('server_encoding') AS encoding,
  pg_backend_pid() AS backend`

interface ServerFacts {
  readonly version: number
  readonly encoding: string
  readonly backend: number
}

/** @throws StoreError that says what to change */
export async function assertRequirements(connection: Connection): Promise<void> {
  const client = await connection.dedicated()
  try {
    const { rows } = await client.query<ServerFacts>(SELECT_SERVER_FACTS)
    const [facts] = rows
    if (facts === undefined) throw new StoreError(`${connection.subject} does not speak the PostgreSQL protocol: check the port.`)
    const problem = checkServerFacts(facts)
    if (problem !== undefined) throw new StoreError(`${connection.subject} ${problem}`)
    // A direct connection announces the id of its backend process; a pooler announces an id of its own.
    if (announcedProcessId(client) !== facts.backend) await assertOwnSession(connection, client)
  } catch (error) {
    throw toStoreError(error, connection.subject)
  } finally {
    void client.end().catch(() => {})
  }
}

function checkServerFacts({ version, encoding }: ServerFacts): string | undefined {
  if (version < MIN_VERSION) return `is PostgreSQL ${version}: Latchkey needs ${MIN_VERSION} or newer.`
  if (encoding !== 'UTF8')
    return `has the encoding ${encoding}, which cannot store every name: recreate it with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`
  return undefined
}

function announcedProcessId(client: pg.Client): number | null | undefined {
  return (client as unknown as { readonly processID?: number | null }).processID
}

/**
 * Runs transactions on two sessions in turn and compares the backend process ids. With a connection of its own, each session keeps
 * its backend. A pooler that hands connections on after each transaction gives the second session the backend of the first, or, when
 * another client was faster, moves the first session to another backend.
 */
async function assertOwnSession(connection: Connection, first: pg.Client): Promise<void> {
  const second = await connection.dedicated().catch((error: unknown) => {
    throw isTimeout(error) ? new StoreError(`${connection.subject} ${POOLER_IS_FULL}`, { cause: error }) : error
  })
  try {
    const initialPid = await backendPid(first)
    for (let round = 0; round < ROUNDS; round += 1) {
      await first.query('BEGIN')
      const transactionPid = await backendPid(first)
      await first.query('COMMIT')
      await second.query('BEGIN')
      const otherPid = await backendPid(second)
      const isMixed = otherPid === transactionPid || transactionPid !== initialPid || (await backendPid(first)) !== initialPid
      await second.query('COMMIT')
      if (isMixed) throw new StoreError(`${connection.subject} ${MIXED_SESSIONS}`)
    }
  } finally {
    void second.end().catch(() => {})
  }
}

async function backendPid(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  return rows[0]?.pid
}
