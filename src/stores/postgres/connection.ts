// Connections to one PostgreSQL database, and the only place that knows `pg`.

import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { PostgresTarget } from '../../connection-strings/postgres.ts'
import { StoreError } from '../../domain/errors.ts'
import { parseTarget } from './client-config.ts'
import { ClientFactory } from './client-factory.ts'
import { isRetryable, isUnexpectedSession, MIXED_SESSIONS, toStoreError } from './errors.ts'

/** Milliseconds that a statement may take to be answered. */
const QUERY_TIMEOUT_MS = 4_000
/**
 * How long PostgreSQL itself works on a statement, and waits for the next one of a transaction: a server that has vanished in
 * the middle must not keep its locks, which everybody else waits for, until the network notices.
 */
const SESSION_TIMEOUTS = 'SET statement_timeout = 3500; SET idle_in_transaction_session_timeout = 5000'
/** A pooler can hand on a connection with statements that another client has prepared. */
const RESET_PREPARED = 'DEALLOCATE ALL'
const SESSION_SETUP = `${SESSION_TIMEOUTS}; ${RESET_PREPARED}`
/** How long a session that was not ours counts against readiness, in milliseconds. */
const UNEXPECTED_SESSION_WINDOW_MS = 10_000
const MAX_CONNECTIONS = 10
/** How often a transaction is tried again that PostgreSQL has sacrificed for another. */
const MAX_RETRIES = 20
const MAX_RETRY_DELAY_MS = 50

const INT8 = 20

type Value = string | number | null | readonly string[] | readonly (number | null)[] | readonly (string | null)[]

/** A statement; one with a name is prepared once on each connection. Rows come as tuples, in the order of the columns selected. */
export interface Statement {
  readonly name?: string
  readonly text: string
  readonly rowMode: 'array'
}

/** Text with `?` for its values, as all databases share it. */
export function statement(sql: string): Statement {
  let count = 0
  const text = sql.replaceAll('?', () => {
    count += 1
    return `$${count}`
  })
  return { name: createHash('sha256').update(text).digest('base64url').slice(0, 22), text, rowMode: 'array' }
}

/**
 * A statement that is planned anew each time, for its values. A plan for any values would take a search for the few rows that
 * are over for one for a third of the table, and read all of it.
 */
export function unpreparedStatement(sql: string): Statement {
  const { text, rowMode } = statement(sql)
  return { text, rowMode }
}

/** No text in PostgreSQL has a NUL character, and none is looked for that does. */
export function isValidText(text: string): boolean {
  return !text.includes('\0')
}

/** Something that statements run on: any connection, or the one of a transaction. */
export interface Session {
  rows<Row>(statement: Statement, ...values: readonly Value[]): Promise<readonly Row[]>
  /** The number of rows that were changed. */
  count(statement: Statement, ...values: readonly Value[]): Promise<number>
}

export class Connection implements Session {
  /** `The database <name> on <host>`: how messages begin. */
  readonly subject: string
  readonly #clientFactory: ClientFactory
  readonly #pool: pg.Pool
  #unexpectedSessionAt = Number.NEGATIVE_INFINITY
  #closed = false

  /** @throws StoreError without any part of a connection string that cannot be read */
  constructor(url: string) {
    const target = parseTarget(url)
    this.subject = describeTarget(target)
    this.#clientFactory = new ClientFactory(target, { query_timeout: QUERY_TIMEOUT_MS, types: { getTypeParser: typeParser } })
    this.#pool = new pg.Pool({
      Client: this.#clientFactory.Client,
      connectionTimeoutMillis: this.#clientFactory.connectTimeout,
      max: MAX_CONNECTIONS,
      allowExitOnIdle: true,
      onConnect: (client) => this.#clientFactory.initialize(client, SESSION_SETUP),
    })
    // A connection that breaks, idle or not, is replaced; who uses it learns of the fault from the statement that fails.
    this.#pool.on('error', ignore).on('connect', (client) => void client.on('error', ignore))
  }

  /** @throws StoreError where statements have lately met a session that was not theirs: a pooler has mixed them */
  assertOwnSessions(): void {
    if (performance.now() - this.#unexpectedSessionAt < UNEXPECTED_SESSION_WINDOW_MS)
      throw new StoreError(`${this.subject} ${MIXED_SESSIONS}`)
  }

  /** @throws StoreError */
  rows<Row>(statement: Statement, ...values: readonly Value[]): Promise<readonly Row[]> {
    return this.#withRetries(() => this.#withClient((session) => session.rows<Row>(statement, ...values)))
  }

  /** @throws StoreError */
  count(statement: Statement, ...values: readonly Value[]): Promise<number> {
    return this.#withRetries(() => this.#withClient((session) => session.count(statement, ...values)))
  }

  /** Runs `work` in one transaction, and keeps what it did unless it throws or `keeps` says no. @throws StoreError */
  transaction<T>(
    work: (session: Session) => Promise<T>,
    shouldCommit: (done: T) => boolean = () => true,
    timeoutMs = QUERY_TIMEOUT_MS,
  ): Promise<T> {
    return this.#withRetries(() =>
      this.#withClient(async (session) => {
        await session.count(BEGIN)
        const done = await work(session)
        await session.count(shouldCommit(done) ? COMMIT : ROLLBACK)
        return done
      }, timeoutMs),
    )
  }

  /** A connection of its own, outside of the pool. Its owner ends it. @throws StoreError */
  async dedicated(): Promise<pg.Client> {
    this.#assertOpen()
    try {
      return await this.#clientFactory.connectFirst(async () => {
        const client = new this.#clientFactory.Client()
        client.on('error', ignore)
        try {
          await client.connect()
          await this.#clientFactory.initialize(client, RESET_PREPARED)
          return client
        } catch (error) {
          void client.end().catch(ignore)
          throw error
        }
      })
    } catch (error) {
      throw toStoreError(error, this.subject)
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#pool.end()
  }

  async #withClient<T>(work: (session: Session) => Promise<T>, timeoutMs = QUERY_TIMEOUT_MS): Promise<T> {
    this.#assertOpen()
    const client = await this.#clientFactory.connectFirst(() => this.#pool.connect())
    let broken = true
    try {
      const done = await work(createSession(client, timeoutMs))
      broken = false
      return done
    } finally {
      // Nobody knows what state a connection is in on which something has failed.
      client.release(broken)
    }
  }

  /** Again and again while PostgreSQL rolls it back for the sake of others. */
  async #withRetries<T>(work: () => Promise<T>): Promise<T> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await work()
      } catch (error) {
        if (isUnexpectedSession(error)) this.#unexpectedSessionAt = performance.now()
        if (!isRetryable(error) || retries >= MAX_RETRIES) throw toStoreError(error, this.subject)
      }
      await pause(MAX_RETRY_DELAY_MS * Math.random())
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreError(`${this.subject} is closed.`)
  }
}

/** Whatever the database's own default is: who waits for a lock must see what was committed meanwhile. */
const BEGIN = statement('BEGIN ISOLATION LEVEL READ COMMITTED')
const COMMIT = statement('COMMIT')
const ROLLBACK = statement('ROLLBACK')

export function createSession(client: pg.ClientBase, timeoutMs = QUERY_TIMEOUT_MS): Session {
  const run = (statement: Statement, values: readonly Value[]) => {
    const query: pg.QueryArrayConfig<Value[]> & { readonly query_timeout: number } = {
      ...statement,
      values: [...values],
      query_timeout: timeoutMs,
    }
    return client.query(query)
  }
  return {
    rows: async <Row>(statement: Statement, ...values: readonly Value[]) =>
      (await run(statement, values)).rows as unknown as readonly Row[],
    count: async (statement, ...values) => (await run(statement, values)).rowCount ?? 0,
  }
}

/** Whole numbers here are milliseconds, versions and positions: all of them are exact in a Number. */
function typeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === INT8) return Number
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text')
}

function ignore(): void {}

function describeTarget({ database = process.env.PGDATABASE, hosts }: PostgresTarget): string {
  const names = hosts.map(({ host }) => host || process.env.PGHOST || 'this machine')
  return `The database ${database ?? '(default)'} on ${names.join(', ')}`
}
