// The connection pool for one PostgreSQL database: statements, transactions, timeouts and retries.

import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { PostgresTarget } from '../../connection-strings/postgres.ts'
import { StoreError } from '../../domain/errors.ts'
import { parseTarget } from './client-config.ts'
import { ClientFactory } from './client-factory.ts'
import { isRetryable, isUnexpectedSession, MIXED_SESSIONS, toStoreError } from './errors.ts'

/** How long a statement may take, in milliseconds. */
const QUERY_TIMEOUT_MS = 4_000
/**
 * How long PostgreSQL runs a statement, and waits for the next one of a transaction: a Latchkey server that disappeared during a
 * transaction must not hold its locks until the network notices.
 */
const SESSION_TIMEOUTS = 'SET statement_timeout = 3500; SET idle_in_transaction_session_timeout = 5000'
/** A pooler can hand over a connection with the prepared statements of another client. */
const RESET_PREPARED = 'DEALLOCATE ALL'
const SESSION_SETUP = `${SESSION_TIMEOUTS}; ${RESET_PREPARED}`
/** How long an unexpected session makes the store not ready, in milliseconds. */
const UNEXPECTED_SESSION_WINDOW_MS = 10_000
const MAX_CONNECTIONS = 10
/** How often a transaction is retried after a deadlock or a serialization failure. */
const MAX_RETRIES = 20
const MAX_RETRY_DELAY_MS = 50

const INT8 = 20

type Value = string | number | null | readonly string[] | readonly (number | null)[] | readonly (string | null)[]

/** A statement; with a name it is prepared once on each connection. Rows are tuples, in the order of the selected columns. */
export interface Statement {
  readonly name?: string
  readonly text: string
  readonly rowMode: 'array'
}

/** Converts the `?` placeholders of shared SQL to `$1`, `$2`, and so on. */
export function statement(sql: string): Statement {
  let count = 0
  const text = sql.replaceAll('?', () => {
    count += 1
    return `$${count}`
  })
  return { name: createHash('sha256').update(text).digest('base64url').slice(0, 22), text, rowMode: 'array' }
}

/**
 * A statement that is planned for its values each time. A generic plan would estimate that a search for a few expired rows matches
 * a third of the table, and would scan all of it.
 */
export function unpreparedStatement(sql: string): Statement {
  const { text, rowMode } = statement(sql)
  return { text, rowMode }
}

/** PostgreSQL stores no text with a NUL character, so a search for one finds nothing. */
export function isValidText(text: string): boolean {
  return !text.includes('\0')
}

/** Runs statements: on any connection, or on that of a transaction. */
export interface Session {
  rows<Row>(statement: Statement, ...values: readonly Value[]): Promise<readonly Row[]>
  /** Returns the number of changed rows. */
  count(statement: Statement, ...values: readonly Value[]): Promise<number>
}

export class Connection implements Session {
  /** `The database <name> on <host>`: the subject of error messages. */
  readonly subject: string
  readonly #clientFactory: ClientFactory
  readonly #pool: pg.Pool
  #unexpectedSessionAt = Number.NEGATIVE_INFINITY
  #closed = false

  /** @throws StoreError that contains no part of an invalid connection string */
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
    // A broken connection is replaced. The statement that fails reports the error.
    this.#pool.on('error', ignore).on('connect', (client) => void client.on('error', ignore))
  }

  /** @throws StoreError when a statement has recently run in an unexpected session: a pooler mixes sessions */
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

  /** Runs `work` in one transaction. Commits it unless `work` throws or `shouldCommit` returns false. @throws StoreError */
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

  /** Opens a connection outside of the pool. The caller must end it. @throws StoreError */
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
      // After an error, the state of the connection is unknown.
      client.release(broken)
    }
  }

  /** Retries `work` after deadlocks and serialization failures. */
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

/** Not the database's default: after waiting for a lock, a statement must see what was committed meanwhile. */
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

/** An int8 here is a time in milliseconds, a version or a position: all are exact as a Number. */
function typeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === INT8) return Number
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text')
}

function ignore(): void {}

function describeTarget({ database = process.env.PGDATABASE, hosts }: PostgresTarget): string {
  const names = hosts.map(({ host }) => host || process.env.PGHOST || 'this machine')
  return `The database ${database ?? '(default)'} on ${names.join(', ')}`
}
