// A line between a client and a server that a test can slow down, cut, and join again.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

export interface TcpProxy extends AsyncDisposable {
  /** Where the line begins. */
  readonly url: string
  /** From now on everything from the far end takes this long, in milliseconds, and nothing is lost. */
  delay(milliseconds: number): void
  /** Of what is connected by now nothing is heard any more, at either end and without a word; new connections are as before. */
  blackhole(): void
  /** Breaks every connection, and takes no new one until `join`. */
  disconnect(): void
  reconnect(): void
}

/** @param to the address the line leads to */
export async function startTcpProxy(to: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(to)
  const pairs = new Set<readonly [Socket, Socket]>()
  const vanished = new WeakSet<Socket>()
  let isCut = false
  let delay = 0
  const server = createServer((near) => {
    if (isCut) {
      near.destroy()
      return
    }
    const far = connect(Number(port), hostname)
    const pair = [near, far] as const
    pairs.add(pair)
    near.on('data', (piece: Buffer) => {
      if (!vanished.has(near)) far.write(piece)
    })
    near.on('end', () => far.end())
    let order = Promise.resolve()
    // None overtakes another, also when the line becomes quicker.
    const late = (arrive: () => void) => {
      const onItsWay = delay === 0 ? Promise.resolve() : pause(delay, undefined, { ref: false })
      order = Promise.all([order, onItsWay]).then(arrive)
    }
    far.on('data', (piece: Buffer) =>
      late(() => {
        if (!vanished.has(near)) near.write(piece)
      }),
    )
    far.on('end', () => late(() => near.end()))
    for (const socket of pair) socket.on('error', () => {})
    near.on('close', () => {
      pairs.delete(pair)
      far.destroy()
    })
    // What the far end said before it closed is still on its way.
    far.on('close', () => late(() => near.destroySoon()))
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
      for (const [near] of pairs) vanished.add(near)
    },
    disconnect: () => {
      isCut = true
      destroyAll()
    },
    reconnect: () => {
      isCut = false
    },
    async [Symbol.asyncDispose]() {
      destroyAll()
      server.close()
      await once(server, 'close')
    },
  }
}
