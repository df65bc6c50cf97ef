// The connection to Redis: commands and scripts on one key each, answered in time or not at all.

import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { isProblem } from '../../connection-strings/parse-result.ts'
import { type RedisTarget, readRedis } from '../../connection-strings/redis.ts'
import { StoreError } from '../../domain/errors.ts'
import { TimeoutError, withTimeout } from '../with-timeout.ts'
import { type Client, createRedisClient, type Reply } from './client.ts'
import { isNotMaster, isUnknownScript, reasonFor, reasonForTls } from './errors.ts'
import { Keys } from './keys.ts'

export type Argument = string | number

/** A Lua script on one key, run by its digest, and sent whole only where Redis does not know it yet. */
export interface Script {
  readonly lua: string
  readonly digest: string
}

export function script(lua: string): Script {
  return { lua, digest: createHash('sha1').update(lua).digest('hex') }
}

/** How long a start waits for Redis, in milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000
/** How long anything waits for an answer. What was sent may land all the same. */
const COMMAND_TIMEOUT_MS = 2_000
const MAX_RETRY_DELAY_MS = 500
/** A host that has vanished without a word holds its connection for a quarter of an hour. A new one is tried, but not more often than this. */
const RECONNECT_INTERVAL_MS = 10_000

export class Connection {
  /** `Redis at host:port`: how messages begin. */
  readonly subject: string
  readonly isCluster: boolean
  readonly #target: RedisTarget
  #client: Client
  #reconnectedAt = Number.NEGATIVE_INFINITY
  /** A client often tells what is wrong beside the commands that fail for it. */
  #lastError: unknown
  #wasReady = false
  #closed = false
  #onChange: () => void = () => {}

  private constructor(target: RedisTarget) {
    this.subject = `Redis at ${target.socket ?? target.hosts.map(formatAddress).join(', ')}`
    this.isCluster = target.isCluster
    this.#target = target
    this.#client = this.#createClient()
  }

  /**
   * @param key that is asked for, of those which this store uses: a user can be limited to them
   * @throws StoreError when there is no Redis, or one that does not let us in
   */
  static async open(url: string, key = new Keys().probe()): Promise<Connection> {
    const connection = new Connection(parseTarget(url))
    try {
      await withTimeout(connection.#client.connect(), CONNECT_TIMEOUT_MS, connection.subject)
      // A cluster connects before it knows whether its nodes answer.
      await connection.send(key, 'EXISTS', key)
      return connection
    } catch (error) {
      connection.close()
      // Redis without TLS waits for the rest of what it takes for a command.
      if (error instanceof TimeoutError && connection.#target.tls)
        throw new StoreError(`${connection.subject} does not answer in time; where it takes no TLS, use redis://.`)
      throw connection.#toStoreError(error)
    }
  }

  /** Told whenever what Redis holds may be older than it was: a connection was lost, or leads to what is no master. */
  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  /** Sends one command on the key it concerns. @throws StoreError */
  send(key: string, ...args: readonly Argument[]): Promise<Reply> {
    return this.#withDeadline(() => this.#client.send(key, args.map(String)))
  }

  /** Runs a script on one key. @throws StoreError */
  async run({ lua, digest }: Script, key: string, ...args: readonly Argument[]): Promise<Reply> {
    const rest = ['1', key, ...args.map(String)]
    return this.#withDeadline(async () => {
      try {
        return await this.#client.send(key, ['EVALSHA', digest, ...rest])
      } catch (error) {
        if (!isUnknownScript(error)) throw error
        return this.#client.send(key, ['EVAL', lua, ...rest])
      }
    })
  }

  /** Waits up to `longest` milliseconds, as the command says; for a connection that does nothing else. @throws StoreError */
  sendBlocking(blockMs: number, key: string, ...args: readonly Argument[]): Promise<Reply> {
    return this.#withDeadline(() => this.#client.send(key, args.map(String)), blockMs + COMMAND_TIMEOUT_MS)
  }

  close(): void {
    this.#closed = true
    destroy(this.#client)
  }

  async #withDeadline(operation: () => Promise<Reply>, timeoutMs = COMMAND_TIMEOUT_MS): Promise<Reply> {
    if (this.#closed) throw new StoreError('The connection to Redis is closed.')
    try {
      return await withTimeout(operation(), timeoutMs, this.subject)
    } catch (error) {
      if (isNotMaster(error)) this.#onChange()
      // Its address may lead to the master by now.
      if (isNotMaster(error) || error instanceof TimeoutError) void this.#reconnect()
      throw this.#toStoreError(error)
    }
  }

  #createClient(): Client {
    return createRedisClient({
      target: this.#target,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      onReady: () => this.#markReady(),
      onLost: () => this.#onChange(),
      onError: (fault) => {
        this.#lastError = fault
      },
      retryDelay: (retries, cause) => this.#retryDelay(retries, cause),
    })
  }

  /** Gives the old connection up, and goes on trying until there is another. Never rejects. */
  async #reconnect(): Promise<void> {
    const now = performance.now()
    if (!this.#wasReady || this.#closed || now - this.#reconnectedAt < RECONNECT_INTERVAL_MS) return
    this.#reconnectedAt = now
    this.#onChange()
    destroy(this.#client)
    const client = this.#createClient()
    this.#client = client
    while (!this.#closed && this.#client === client) {
      try {
        await client.connect()
        return
      } catch {
        await pause(MAX_RETRY_DELAY_MS, undefined, { ref: false })
      }
    }
  }

  #toStoreError(error: unknown): StoreError {
    if (error instanceof StoreError) return error
    const toReason = this.#target.tls ? reasonForTls : reasonFor
    const reason = toReason(error) ?? toReason(this.#lastError) ?? 'does not answer'
    return new StoreError(`${this.subject} ${reason}.`, { cause: error })
  }

  #markReady(): void {
    if (this.#wasReady) this.#onChange()
    this.#wasReady = true
  }

  #retryDelay(retries: number, cause: Error): number | Error {
    if (!this.#wasReady || this.#closed) return cause
    return Math.min(MAX_RETRY_DELAY_MS, 20 * 2 ** Math.min(retries, 10)) * (0.5 + 0.5 * Math.random())
  }
}

/** A connection that never came about has nothing to close. */
function destroy(client: Client): void {
  if (client.isOpen) client.destroy()
}

/** @throws StoreError that holds no part of the connection string */
function parseTarget(url: string): RedisTarget {
  const target = readRedis(url.trim())
  if (isProblem(target)) throw new StoreError(`Redis cannot be reached: in its connection string ${target.problem}.`)
  return target.value
}

function formatAddress({ host, port }: RedisTarget['hosts'][number]): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
