// The client's own key, which no script can read, and the proofs that it signs (RFC 9449). Loaded when it is first needed.

export interface ProofWish {
  readonly method: string
  readonly url: string
  /** The token that the proof goes with; undefined where one is asked for. */
  readonly token: string | undefined
  /** Milliseconds since 1970, by the server's clock. */
  readonly at: number
}

export interface ClientKey {
  /** A proof for one request, good once and for a minute; undefined for a token that is not bound to this key. */
  proof(wish: ProofWish): Promise<string | undefined>
}

/** What is used of IndexedDB, which scripts outside of a browser do not have. */
interface Asked<T> {
  readonly result: T
  readonly error: unknown
  onsuccess: (() => void) | null
  onerror: ((event: { preventDefault(): void }) => void) | null
}

interface Database {
  createObjectStore(name: string): unknown
  transaction(name: string, mode?: 'readwrite'): { objectStore(name: string): Shelf }
  close(): void
}

interface Shelf {
  get(name: string): Asked<KeyPair | undefined>
  add(pair: KeyPair, name: string): Asked<unknown>
}

interface Databases {
  open(name: string, version: number): Asked<Database> & { onupgradeneeded: (() => void) | null }
}

/** What the browser keeps the key under, and `typ` of a proof. Handed in: whoever splits a bundle loads no third file for them. */
export interface KeyNames {
  readonly database: string
  readonly store: string
  readonly proofType: string
}

type KeyPair = Awaited<ReturnType<typeof newPair>>

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/**
 * The key of this name: the one that the browser keeps for this origin, or a new one, which it keeps from now on. Tabs that make one at the
 * same time end with the same. Where nothing can be kept, as in a script, it lives as long as this module.
 *
 * @throws DOMException where there is no Web Crypto
 */
export async function openKey(name: string, names: KeyNames): Promise<ClientKey> {
  const pair = (await kept(name, names).catch(() => undefined)) ?? (await newPair())
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const thumbprint = text(await sha256(JSON.stringify({ crv, kty, x, y })))
  return {
    async proof({ method, url, token, at }) {
      if (token !== undefined && boundTo(token) !== thumbprint) return undefined
      const { origin, pathname } = new URL(url)
      const claims = { htm: method, htu: origin + pathname, iat: Math.floor(at / 1000), jti: crypto.randomUUID() }
      const parts = [
        { typ: names.proofType, alg: 'ES256', jwk: { kty, crv, x, y } },
        token === undefined ? claims : { ...claims, ath: text(await sha256(token)) },
      ]
      const signed = parts.map((part) => text(bytes(JSON.stringify(part)))).join('.')
      return `${signed}.${text(await crypto.subtle.sign(ALGORITHM, pair.privateKey, bytes(signed)))}`
    },
  }
}

function sha256(of: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', bytes(of))
}

/** What the token itself says; whether it says so rightly is the server's to judge. */
function boundTo(token: string): string | undefined {
  const claims = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))
  return (JSON.parse(claims) as { readonly cnf?: { readonly jkt?: string } }).cnf?.jkt
}

function newPair() {
  return crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])
}

/** @throws where the browser keeps nothing */
async function kept(name: string, { database: databaseName, store }: KeyNames): Promise<KeyPair | undefined> {
  const { indexedDB } = globalThis as { readonly indexedDB?: Databases }
  if (indexedDB === undefined) return undefined
  const opening = indexedDB.open(databaseName, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(store)
  const database = await resultOf(opening)
  const find = () => resultOf(database.transaction(store).objectStore(store).get(name))
  try {
    const found = await find()
    if (found !== undefined) return found
    const made = await newPair()
    // Another tab may have been first: what is there already stays.
    await resultOf(database.transaction(store, 'readwrite').objectStore(store).add(made, name)).catch(() => {})
    return await find()
  } finally {
    database.close()
  }
}

/** A database that another page blocks must not hold up a sign-in. */
const PATIENCE = 1_000

function resultOf<T>(asked: Asked<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The browser does not answer.')), PATIENCE)
    asked.onsuccess = () => {
      clearTimeout(timer)
      resolve(asked.result)
    }
    asked.onerror = (event) => {
      clearTimeout(timer)
      event.preventDefault()
      reject(asked.error)
    }
  })
}

function bytes(of: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(of)
}

function text(of: ArrayBuffer | Uint8Array): string {
  const letters = btoa(String.fromCharCode(...new Uint8Array(of)))
  return letters.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
