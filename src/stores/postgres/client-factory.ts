// Creates connections to the servers of a connection string: to the first in order that accepts writes.

import pg from 'pg'
import type { PostgresTarget } from '../../connection-strings/postgres.ts'
import { StoreError } from '../../domain/errors.ts'
import { requireChannelBinding } from './channel-binding.ts'
import { type ServerConfig, serverConfigs } from './client-config.ts'
import { isAuthFailure } from './errors.ts'

export class ClientFactory {
  /** The client class for the pool. */
  readonly Client: new () => pg.Client
  /** Milliseconds. */
  readonly connectTimeout: number
  readonly #servers: readonly ServerConfig[]
  readonly #needsWritable: boolean
  #current = 0

  /** @param common options of every connection @throws StoreError */
  constructor(target: PostgresTarget, common: pg.ClientConfig) {
    this.#servers = serverConfigs(target)
    this.#needsWritable = target.needsWritable ?? this.#servers.length > 1
    this.connectTimeout = this.#servers[0]?.connectionTimeoutMillis ?? 0
    const isBound = target.channelBinding === 'require'
    const configuration = () => ({ ...this.#servers[this.#current], ...common })
    this.Client = class extends pg.Client {
      constructor() {
        super(configuration())
        if (isBound) requireChannelBinding(this)
      }
    }
  }

  /** Calls `connect`; on failure it moves on to the next server, until each was tried once. */
  async connectFirst<C>(connect: () => Promise<C>): Promise<C> {
    for (let tried = 1; ; tried += 1) {
      const index = this.#current
      try {
        return await connect()
      } catch (error) {
        if (tried >= this.#servers.length || isAuthFailure(error)) throw error
        // A concurrent call may have moved on already.
        if (this.#current === index) this.#current = (index + 1) % this.#servers.length
      }
    }
  }

  /** Initializes a new connection. @throws StoreError when its server is read-only and a writable one is required */
  async initialize(client: pg.ClientBase, settings: string): Promise<void> {
    await client.query(settings)
    if (!this.#needsWritable) return
    const { rows } = await client.query<{ transaction_read_only: string }>('SHOW transaction_read_only')
    if (rows[0]?.transaction_read_only === 'on') throw new StoreError('None of the reachable servers accepts writes.')
  }
}
