// A client for one Redis server or a Redis Cluster, and the only module that uses `@redis/client`. Every command has a single key,
// so that a cluster is used like a single server.

import { ClientOfflineError, createClient, createCluster } from '@redis/client'
import type { RedisTarget } from '../../connection-strings/redis.ts'

/** A reply of Redis: a text, an integer, null, or a list of these. */
export type Reply = string | number | null | readonly Reply[]

export interface Client {
  readonly isOpen: boolean
  connect(): Promise<unknown>
  destroy(): void
  send(key: string, args: readonly string[]): Promise<Reply>
}

export interface ClientOptions {
  readonly target: RedisTarget
  readonly connectTimeoutMs: number
  /** Called when commands can be sent: after the first connection, and after each reconnection. */
  readonly onReady: () => void
  readonly onLost: () => void
  /** Called with errors that belong to no command. */
  readonly onError: (error: unknown) => void
  /** Milliseconds until the next attempt, or an Error to give up. */
  readonly retryDelay: (retries: number, cause: Error) => number | Error
}

/** The most unanswered commands. Further ones fail at once instead of queueing for a Redis that does not respond. */
const MAX_PENDING_COMMANDS = 50_000
/** A connection without traffic is closed after this time, in milliseconds; so is one that is never established. */
const SOCKET_TIMEOUT_MS = 5_000
const PING_INTERVAL_MS = 1_000

export function createRedisClient(options: ClientOptions): Client {
  const { target, connectTimeoutMs, onReady, onLost, onError, retryDelay } = options
  // The client's own timeout covers only commands that were not sent yet, and costs a timer for each.
  const commandOptions = { timeout: 0 }
  const socket = { connectTimeout: connectTimeoutMs, socketTimeout: SOCKET_TIMEOUT_MS, reconnectStrategy: retryDelay }
  const common = {
    ...(target.user === undefined ? {} : { username: target.user }),
    ...(target.password === undefined ? {} : { password: target.password }),
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_PENDING_COMMANDS,
    commandOptions,
    pingInterval: PING_INTERVAL_MS,
  }
  if (target.isCluster) {
    const rootNodes = target.hosts.map((host) => ({ ...common, socket: { ...socket, ...host, ...tlsOptions(target) } }))
    const cluster = createCluster({ rootNodes, defaults: { ...common, socket: { ...socket, ...tlsOptions(target) } }, commandOptions })
    let isDestroyed = false
    const destroy = () => {
      isDestroyed = true
      cluster.destroy()
    }
    // A node discovery that is still running connects to the nodes after `destroy`.
    cluster.on('node-ready', () => (isDestroyed ? cluster.destroy() : onReady()))
    cluster.on('node-reconnecting', onLost).on('error', onError)
    return wrapClient(cluster, destroy, (key, args) => cluster.sendCommand<Reply>(key, false, [...args]))
  }
  const address = target.socket === undefined ? { ...target.hosts[0], ...tlsOptions(target) } : { path: target.socket }
  const single = createClient({ ...common, database: target.database, socket: { ...socket, ...address } })
  single.on('ready', onReady).on('reconnecting', onLost).on('error', onError)
  return wrapClient(
    single,
    () => single.destroy(),
    (_key, args) => single.sendCommand<Reply>(args),
  )
}

function wrapClient(one: Pick<Client, 'isOpen' | 'connect'>, destroy: Client['destroy'], send: Client['send']): Client {
  return {
    get isOpen() {
      return one.isOpen
    },
    connect: () => one.connect(),
    destroy,
    send,
  }
}

/** True when a command was not sent because its node is not connected. */
export function isOffline(error: unknown): boolean {
  return error instanceof ClientOfflineError
}

function tlsOptions({ tls }: RedisTarget): { readonly tls?: true } {
  return tls ? { tls: true } : {}
}
