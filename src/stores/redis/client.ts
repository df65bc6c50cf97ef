// A client of one Redis, or of a Redis Cluster, and the only place that knows `@redis/client`. Every command names a single
// key, so that a cluster is used exactly as a single server is.

import { ClientOfflineError, createClient, createCluster } from '@redis/client'
import type { RedisTarget } from '../../connection-strings/redis.ts'

/** What Redis answers: texts, whole numbers, lists of these, or nothing. */
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
  /** Told when commands can be sent, the first time and again. */
  readonly onReady: () => void
  readonly onLost: () => void
  /** Told of what is wrong beside the commands that fail for it. */
  readonly onError: (fault: unknown) => void
  /** Milliseconds until the next attempt, or why there is none. */
  readonly retryDelay: (retries: number, cause: Error) => number | Error
}

/** Commands that wait to be answered; the next one is refused at once instead of being kept for a Redis that has frozen. */
const MAX_PENDING_COMMANDS = 50_000
/** A connection on which nothing is sent and nothing comes is given up after this, in milliseconds: so is one that never begins. */
const SOCKET_TIMEOUT_MS = 5_000
const PING_INTERVAL_MS = 1_000

export function createRedisClient(options: ClientOptions): Client {
  const { target, connectTimeoutMs, onReady, onLost, onError, retryDelay } = options
  // The client's own timer would only concern commands that were not sent yet, at the price of one for each.
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
    const rootNodes = target.hosts.map((place) => ({ ...common, socket: { ...socket, ...place, ...tlsOptions(target) } }))
    const cluster = createCluster({ rootNodes, defaults: { ...common, socket: { ...socket, ...tlsOptions(target) } }, commandOptions })
    let isDestroyed = false
    const destroy = () => {
      isDestroyed = true
      cluster.destroy()
    }
    // A look for the cluster's nodes that was under way connects them after the end.
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

/** True where a command was not sent, because there is no connection to whom it is for. */
export function isOffline(error: unknown): boolean {
  return error instanceof ClientOfflineError
}

function tlsOptions({ tls }: RedisTarget): { readonly tls?: true } {
  return tls ? { tls: true } : {}
}
