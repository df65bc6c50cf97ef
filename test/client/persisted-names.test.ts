// The client opens the channel, lock, database and key of version 0.1: a stored key and tabs of both versions keep working.

import { deepEqual, equal } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { createClient } from '../../src/client/index.ts'

const NAMES = JSON.parse(readFileSync(new URL('../fixtures/written-by-0.1/client-names.json', import.meta.url), 'utf8'))
const used = { channels: [] as string[], locks: [] as string[], databases: [] as unknown[], stores: [] as string[], keys: [] as string[] }
const proofs: string[] = []

/** An IndexedDB request that succeeds immediately. */
function succeeded<T>(result: T, upgrade = false) {
  const request = { result, error: null, onsuccess: () => {}, onerror: () => {}, onupgradeneeded: () => {} }
  queueMicrotask(() => {
    if (upgrade) request.onupgradeneeded()
    request.onsuccess()
  })
  return request
}

const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
const page = {
  document: { visibilityState: 'visible', addEventListener() {} },
  addEventListener() {},
  location: { href: `${NAMES.url}/account` },
  BroadcastChannel: class {
    onmessage = null
    constructor(name: string) {
      used.channels.push(name)
    }
    postMessage() {}
    close() {}
  },
  navigator: {
    locks: {
      request(name: string, _: unknown, run: (lock: object) => unknown) {
        used.locks.push(name)
        return run({})
      },
    },
  },
  indexedDB: {
    open(name: string, version: number) {
      used.databases.push([name, version])
      const database = {
        createObjectStore: (store: string) => used.stores.push(store),
        transaction: (store: string) => ({
          objectStore: () => ({
            get(key: string) {
              used.stores.push(store)
              used.keys.push(key)
              return succeeded(pair)
            },
          }),
        }),
        close() {},
      }
      return succeeded(database, true)
    },
  },
  async fetch(_: unknown, { headers }: RequestInit) {
    proofs.push(new Headers(headers).get('dpop') ?? '')
    return Response.json({ code: 'session.required', title: '', status: 401, reason: 'none' }, { status: 401 })
  },
}
const originals = Object.keys(page).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const)
before(() => {
  for (const [name, value] of Object.entries(page)) Object.defineProperty(globalThis, name, { value, configurable: true })
})
after(() => {
  for (const [name, descriptor] of originals) {
    if (descriptor) Object.defineProperty(globalThis, name, descriptor)
    else Reflect.deleteProperty(globalThis, name)
  }
})

test('the client uses the channel, lock and key names of 0.1, and the stored key signs', async () => {
  equal(await createClient({ url: NAMES.url }).session(), null)
  const { database, version, store, key } = NAMES.indexedDb
  deepEqual(used, {
    channels: [NAMES.broadcastChannel],
    locks: [NAMES.webLock],
    databases: [[database, version]],
    stores: [store, store],
    keys: [key],
  })
  const [header = ''] = (proofs[0] ?? '').split('.')
  const { jwk, typ } = JSON.parse(Buffer.from(header, 'base64url').toString())
  const { x } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  deepEqual([typ, jwk.x], ['dpop+jwt', x])
})
