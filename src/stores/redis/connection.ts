// One Redis or one Redis Cluster, and the only place that knows `@redis/client`. Every command names a single key, so that a
// cluster is used exactly as a single server is.

import { createHash } from 'node:crypto'
import { createClient, createCluster, ErrorReply } from '@redis/client'
import { StoreError } from '../../domain/errors.ts'
import { inTime } from '../in-time.ts'
import { reasonOf } from './failures.ts'

export type Argument = string | number

/** A Lua script on one key, run by its digest, and sent whole only where Redis does not know it yet. */
export interface Script {
  readonly lua: string
  readonly digest: string
}

export function script(lua: string): Script {
  return { lua, digest: createHash('sha1').update(lua).digest('hex') }
}

/** What Redis answers: texts, whole numbers, lists of these, or nothing. */
export type Reply = string | number | null | readonly Reply[]

/** What a client of one server and a client of a cluster have in common. */
interface Client {
  readonly isOpen: boolean
  connect(): Promise<unknown>
  destroy(): void
  on(event: 'error', listener: (fault: unknown) => void): unknown
}

/** How long a start waits for Redis, in milliseconds. */
const CONNECT_PATIENCE = 3_000
/** How long anything waits for an answer. What was sent may land all the same. */
const ANSWER_PATIENCE = 2_000
const LONGEST_PAUSE = 500
/** Commands that wait to be answered; the next one is refused at once instead of being kept for a Redis that has frozen. */
const MAX_WAITING = 50_000

const CLUSTER_SCHEME = 'redis+cluster:'

export class Connection {
  readonly #client: Client
  readonly #send: (key: string, args: readonly string[]) => Promise<Reply>
  /** `Redis at host:port`: how messages begin. */
  readonly #subject: string
  /** A client often tells what is wrong beside the commands that fail for it. */
  #latestFault: unknown
  #everReady = false
  #closed = false
  #renewed: () => void = () => {}

  private constructor(url: string) {
    this.#subject = `Redis at ${hostsOf(url).join(', ')}`
    // The client's own timer would only concern commands that were not sent yet, at the price of one for each.
    const commandOptions = { timeout: 0 }
    const common = {
      disableOfflineQueue: true,
      commandsQueueMaxLength: MAX_WAITING,
      commandOptions,
      socket: { connectTimeout: CONNECT_PATIENCE, reconnectStrategy: (retries: number, cause: Error) => this.#retryAfter(retries, cause) },
    }
    if (url.startsWith(CLUSTER_SCHEME)) {
      const cluster = createCluster({ rootNodes: nodesOf(url).map((node) => ({ ...common, url: node })), defaults: common, commandOptions })
      cluster.on('node-ready', () => this.#becomeReady()).on('node-reconnecting', () => this.#renewed())
      this.#client = cluster
      this.#send = (key, args) => cluster.sendCommand<Reply>(key, false, [...args])
    } else {
      const client = createClient({ ...common, url })
      client.on('ready', () => this.#becomeReady()).on('reconnecting', () => this.#renewed())
      this.#client = client
      this.#send = (_key, args) => client.sendCommand<Reply>(args)
    }
    this.#client.on('error', (fault) => {
      this.#latestFault = fault
    })
  }

  /** @throws StoreError when there is no Redis, or one that does not let us in */
  static async open(url: string): Promise<Connection> {
    const connection = new Connection(url)
    try {
      await inTime(connection.#client.connect(), CONNECT_PATIENCE, connection.#subject)
      // A cluster connects before it knows whether its nodes answer.
      await connection.send('latchkey', 'EXISTS', 'latchkey')
      return connection
    } catch (error) {
      connection.close()
      throw connection.#asStoreError(error)
    }
  }

  /** Told when a connection is lost, and when there is a new one: what Redis holds may then be older than it was. */
  watch(renewed: () => void): void {
    this.#renewed = renewed
  }

  /** Sends one command on the key it concerns. @throws StoreError */
  send(key: string, ...args: readonly Argument[]): Promise<Reply> {
    return this.#answered(() => inTime(this.#send(key, args.map(String)), ANSWER_PATIENCE, this.#subject))
  }

  /** Runs a script on one key. @throws StoreError */
  run({ lua, digest }: Script, key: string, ...args: readonly Argument[]): Promise<Reply> {
    return this.#answered(async () => {
      const rest = ['1', key, ...args.map(String)]
      try {
        return await inTime(this.#send(key, ['EVALSHA', digest, ...rest]), ANSWER_PATIENCE, this.#subject)
      } catch (error) {
        if (!isUnknownScript(error)) throw error
        return inTime(this.#send(key, ['EVAL', lua, ...rest]), ANSWER_PATIENCE, this.#subject)
      }
    })
  }

  /** Waits for as long as the command says; for a connection that does nothing else. @throws StoreError */
  wait(key: string, ...args: readonly Argument[]): Promise<Reply> {
    return this.#answered(() => this.#send(key, args.map(String)))
  }

  close(): void {
    this.#closed = true
    // A connection that never came about has nothing to close.
    if (this.#client.isOpen) this.#client.destroy()
  }

  async #answered(asking: () => Promise<Reply>): Promise<Reply> {
    if (this.#closed) throw new StoreError('The connection to Redis is closed.')
    try {
      return await asking()
    } catch (error) {
      throw this.#asStoreError(error)
    }
  }

  #asStoreError(error: unknown): StoreError {
    if (error instanceof StoreError) return error
    const reason = reasonOf(error) ?? reasonOf(this.#latestFault) ?? 'does not answer'
    return new StoreError(`${this.#subject} ${reason}.`, { cause: error })
  }

  #becomeReady(): void {
    if (this.#everReady) this.#renewed()
    this.#everReady = true
  }

  #retryAfter(retries: number, cause: Error): number | Error {
    if (!this.#everReady || this.#closed) return cause
    return Math.min(LONGEST_PAUSE, 20 * 2 ** Math.min(retries, 10)) * (0.5 + 0.5 * Math.random())
  }
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof ErrorReply && error.message.startsWith('NOSCRIPT')
}

/** `redis+cluster://name:password@host1:6379,host2`: one URL for each node. */
function nodesOf(url: string): readonly string[] {
  const rest = url.slice(CLUSTER_SCHEME.length + 2)
  const at = rest.lastIndexOf('@')
  const credentials = rest.slice(0, at + 1)
  return rest
    .slice(at + 1)
    .split(',')
    .filter((host) => host !== '')
    .map((host) => `redis://${credentials}${host}`)
}

function hostsOf(url: string): readonly string[] {
  return url
    .replace(/^[^/]*\/\/(.*@)?/, '')
    .replace(/[/?].*$/, '')
    .split(',')
}
