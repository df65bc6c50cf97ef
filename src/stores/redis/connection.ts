// The connection to Redis: commands and scripts on one key each, with a deadline, and reconnection.

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

/** A Lua script on one key, run by its digest, and sent in full only when Redis does not have it yet. */
export interface Script {
  readonly lua: string
  readonly digest: string
}

export function script(lua: string): Script {
  return { lua, digest: createHash('sha1').update(lua).digest('hex') }
}

/** The timeout of the first connection, in milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000
/** The timeout of a command, in milliseconds. Redis may still execute it later. */
const COMMAND_TIMEOUT_MS = 2_000
const MAX_RETRY_DELAY_MS = 500
/** The shortest time between reconnections. TCP notices only after about 15 minutes that a host has disappeared, so timeouts reconnect. */
const RECONNECT_INTERVAL_MS = 10_000

export class Connection {
  /** `Redis at host:port`: the subject of error messages. */
  readonly subject: string
  readonly isCluster: boolean
  readonly #target: RedisTarget
  #client: Client
  #reconnectedAt = Number.NEGATIVE_INFINITY
  /** The last error that belongs to no command: it often explains why commands fail. */
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
   * @param key to check for; one of this store's, because the ACL of the user can be limited to them
   * @throws StoreError when Redis cannot be reached or rejects the user
   */
  static async open(url: string, key = new Keys().probe()): Promise<Connection> {
    const connection = new Connection(parseTarget(url))
    try {
      await withTimeout(connection.#client.connect(), CONNECT_TIMEOUT_MS, connection.subject)
      // A cluster client connects before it knows whether the nodes respond.
      await connection.send(key, 'EXISTS', key)
      return connection
    } catch (error) {
      connection.close()
      // A Redis without TLS takes the TLS handshake for an incomplete command, and waits for the rest.
      if (error instanceof TimeoutError && connection.#target.tls)
        throw new StoreError(`${connection.subject} does not answer in time: if it does not use TLS, use redis://.`)
      throw connection.#toStoreError(error)
    }
  }

  /** The listener is called when Redis may have lost writes: the connection was lost, or leads to a node that is not a master. */
  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  /** Sends one command. @param key the key that it uses @throws StoreError */
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

  /** Sends a command that blocks up to `blockMs` milliseconds. Use a dedicated connection. @throws StoreError */
  sendBlocking(blockMs: number, key: string, ...args: readonly Argument[]): Promise<Reply> {
    return this.#withDeadline(() => this.#client.send(key, args.map(String)), blockMs + COMMAND_TIMEOUT_MS)
  }

  close(): void {
    this.#closed = true
    destroy(this.#client)
  }

  async #withDeadline(work: () => Promise<Reply>, timeoutMs = COMMAND_TIMEOUT_MS): Promise<Reply> {
    if (this.#closed) throw new StoreError('The connection to Redis is closed.')
    try {
      return await withTimeout(work(), timeoutMs, this.subject)
    } catch (error) {
      if (isNotMaster(error)) this.#onChange()
      // The address may lead to a new master by now.
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
      onError: (error) => {
        this.#lastError = error
      },
      retryDelay: (retries, cause) => this.#retryDelay(retries, cause),
    })
  }

  /** Closes the connection and retries until there is a new one. Never rejects. */
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

/** Closes a client; does nothing when it is not open. */
function destroy(client: Client): void {
  if (client.isOpen) client.destroy()
}

/** @throws StoreError that contains no part of the connection string */
function parseTarget(url: string): RedisTarget {
  const target = readRedis(url.trim())
  if (isProblem(target)) throw new StoreError(`Redis cannot be reached: in its connection string ${target.problem}.`)
  return target.value
}

function formatAddress({ host, port }: RedisTarget['hosts'][number]): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
