// A browser that holds a key of 0.1, and tabs of both versions: the client of today asks for the same names within its origin.

import { deepEqual, equal } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { createClient } from '../../src/client/index.ts'

const NAMES = JSON.parse(readFileSync(new URL('../fixtures/written-by-0.1/client-names.json', import.meta.url), 'utf8'))
const asked = { channels: [] as string[], locks: [] as string[], databases: [] as unknown[], stores: [] as string[], keys: [] as string[] }
const proofs: string[] = []

/** A request of IndexedDB that is answered at once. */
function answered<T>(result: T, upgrade = false) {
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
      asked.channels.push(name)
    }
    postMessage() {}
    close() {}
  },
  navigator: {
    locks: {
      request(name: string, _: unknown, run: (lock: object) => unknown) {
        asked.locks.push(name)
        return run({})
      },
    },
  },
  indexedDB: {
    open(name: string, version: number) {
      asked.databases.push([name, version])
      const database = {
        createObjectStore: (store: string) => asked.stores.push(store),
        transaction: (store: string) => ({
          objectStore: () => ({
            get(key: string) {
              asked.stores.push(store)
              asked.keys.push(key)
              return answered(pair)
            },
          }),
        }),
        close() {},
      }
      return answered(database, true)
    },
  },
  async fetch(_: unknown, { headers }: RequestInit) {
    proofs.push(new Headers(headers).get('dpop') ?? '')
    return Response.json({ code: 'session.required', title: '', status: 401, reason: 'none' }, { status: 401 })
  },
}
const replaced = Object.keys(page).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const)
before(() => {
  for (const [name, value] of Object.entries(page)) Object.defineProperty(globalThis, name, { value, configurable: true })
})
after(() => {
  for (const [name, descriptor] of replaced) {
    if (descriptor) Object.defineProperty(globalThis, name, descriptor)
    else Reflect.deleteProperty(globalThis, name)
  }
})

test('channel, lock and key of the client have the names of 0.1, and the kept key signs', async () => {
  equal(await createClient({ url: NAMES.url }).session(), null)
  const { database, version, store, key } = NAMES.indexedDb
  deepEqual(asked, {
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
