// A client of one Redis, or of a Redis Cluster, and the only place that knows `@redis/client`. Every command names a single
// key, so that a cluster is used exactly as a single server is.

import { ClientOfflineError, createClient, createCluster } from '@redis/client'

/** What Redis answers: texts, whole numbers, lists of these, or nothing. */
export type Reply = string | number | null | readonly Reply[]

export interface Client {
  readonly isOpen: boolean
  connect(): Promise<unknown>
  destroy(): void
  send(key: string, args: readonly string[]): Promise<Reply>
}

export interface ClientOptions {
  readonly url: string
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

const CLUSTER_SCHEME = 'redis+cluster:'

export function isClusterUrl(url: string): boolean {
  return url.startsWith(CLUSTER_SCHEME)
}

export function createRedisClient(options: ClientOptions): Client {
  const { url, connectPatience, onReady, onLost, onFault, retryAfter } = options
  // The client's own timer would only concern commands that were not sent yet, at the price of one for each.
  const commandOptions = { timeout: 0 }
  const common = {
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_WAITING,
    commandOptions,
    pingInterval: PING_EVERY,
    socket: { connectTimeout: connectPatience, socketTimeout: MAX_IDLE, reconnectStrategy: retryAfter },
  }
  if (isClusterUrl(url)) {
    const cluster = createCluster({ rootNodes: nodesOf(url).map((node) => ({ ...common, url: node })), defaults: common, commandOptions })
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
  const single = createClient({ ...common, url })
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
