// A TCP proxy that a test can slow down, disconnect, and reconnect.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

export interface TcpProxy extends AsyncDisposable {
  /** The URL of the proxy. */
  readonly url: string
  /** Delays all data from the server by this time, in milliseconds. */
  delay(milliseconds: number): void
  /** Drops all data of the current connections without closing them; new connections work. */
  blackhole(): void
  /** Closes all connections, and accepts no new ones until `reconnect`. */
  disconnect(): void
  reconnect(): void
}

/** @param to the URL of the server */
export async function startTcpProxy(to: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(to)
  const pairs = new Set<readonly [Socket, Socket]>()
  const blackholed = new WeakSet<Socket>()
  let isDisconnected = false
  let delay = 0
  const server = createServer((near) => {
    if (isDisconnected) {
      near.destroy()
      return
    }
    const far = connect(Number(port), hostname)
    const pair = [near, far] as const
    pairs.add(pair)
    near.on('data', (piece: Buffer) => {
      if (!blackholed.has(near)) far.write(piece)
    })
    near.on('end', () => far.end())
    let order = Promise.resolve()
    // Keeps the order, also when the delay becomes shorter.
    const deliver = (arrive: () => void) => {
      const delayed = delay === 0 ? Promise.resolve() : pause(delay, undefined, { ref: false })
      order = Promise.all([order, delayed]).then(arrive)
    }
    far.on('data', (piece: Buffer) =>
      deliver(() => {
        if (!blackholed.has(near)) near.write(piece)
      }),
    )
    far.on('end', () => deliver(() => near.end()))
    for (const socket of pair) socket.on('error', () => {})
    near.on('close', () => {
      pairs.delete(pair)
      far.destroy()
    })
    // Deliver the data that the server sent before it closed.
    far.on('close', () => deliver(() => near.destroySoon()))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const destroyAll = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    delay: (milliseconds) => {
      delay = milliseconds
    },
    blackhole: () => {
      for (const [near] of pairs) blackholed.add(near)
    },
    disconnect: () => {
      isDisconnected = true
      destroyAll()
    },
    reconnect: () => {
      isDisconnected = false
    },
    async [Symbol.asyncDispose]() {
      destroyAll()
      server.close()
      await once(server, 'close')
    },
  }
}
