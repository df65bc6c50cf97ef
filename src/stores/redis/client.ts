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
  readonly connectPatience: number
  /** Told when commands can be sent, the first time and again. */
  readonly onReady: () => void
  readonly onLost: () => void
  /** Told of what is wrong beside the commands that fail for it. */
  readonly onFault: (fault: unknown) => void
  /** Milliseconds until the next attempt, or why there is none. */
  readonly retryAfter: (retries: number, cause: Error) => number | Error
}

/** Commands that wait to be answered; the next one is refused at once instead of being kept for a Redis that has frozen. */
const MAX_WAITING = 50_000
/** A connection on which nothing is sent and nothing comes is given up after this, in milliseconds: so is one that never begins. */
const MAX_IDLE = 5_000
const PING_EVERY = 1_000

export function createRedisClient(options: ClientOptions): Client {
  const { target, connectPatience, onReady, onLost, onFault, retryAfter } = options
  // The client's own timer would only concern commands that were not sent yet, at the price of one for each.
  const commandOptions = { timeout: 0 }
  const socket = { connectTimeout: connectPatience, socketTimeout: MAX_IDLE, reconnectStrategy: retryAfter }
  const common = {
    ...(target.user === undefined ? {} : { username: target.user }),
    ...(target.password === undefined ? {} : { password: target.password }),
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_WAITING,
    commandOptions,
    pingInterval: PING_EVERY,
  }
  if (target.isCluster) {
    const rootNodes = target.hosts.map((place) => ({ ...common, socket: { ...socket, ...place, ...tlsOf(target) } }))
    const cluster = createCluster({ rootNodes, defaults: { ...common, socket: { ...socket, ...tlsOf(target) } }, commandOptions })
    let isDestroyed = false
    const destroy = () => {
      isDestroyed = true
      cluster.destroy()
    }
    // A look for the cluster's nodes that was under way connects them after the end.
    cluster.on('node-ready', () => (isDestroyed ? cluster.destroy() : onReady()))
    cluster.on('node-reconnecting', onLost).on('error', onFault)
    return clientOf(cluster, destroy, (key, args) => cluster.sendCommand<Reply>(key, false, [...args]))
  }
  const place = target.socket === undefined ? { ...target.hosts[0], ...tlsOf(target) } : { path: target.socket }
  const single = createClient({ ...common, database: target.database, socket: { ...socket, ...place } })
  single.on('ready', onReady).on('reconnecting', onLost).on('error', onFault)
  return clientOf(
    single,
    () => single.destroy(),
    (_key, args) => single.sendCommand<Reply>(args),
  )
}

function clientOf(one: Pick<Client, 'isOpen' | 'connect'>, destroy: Client['destroy'], send: Client['send']): Client {
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

function tlsOf({ tls }: RedisTarget): { readonly tls?: true } {
  return tls ? { tls: true } : {}
}
