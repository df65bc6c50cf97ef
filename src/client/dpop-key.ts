// The client's DPoP key (RFC 9449), which scripts cannot extract, and the proofs signed with it. Loaded when first needed.

export interface DpopProofInput {
  readonly method: string
  readonly url: string
  /** The token sent with the proof; undefined for a request that asks for a token. */
  readonly token: string | undefined
  /** Milliseconds since 1970, by the server's clock. */
  readonly at: number
}

export interface DpopKey {
  /** A proof for one request, valid once and for one minute; undefined for a token that is not bound to this key. */
  proof(input: DpopProofInput): Promise<string | undefined>
}

/** The part of IndexedDB that is used. Runtimes other than browsers do not have it. */
interface IdbRequest<T> {
  readonly result: T
  readonly error: unknown
  onsuccess: (() => void) | null
  onerror: ((event: { preventDefault(): void }) => void) | null
}

interface IdbDatabase {
  createObjectStore(name: string): unknown
  transaction(name: string, mode?: 'readwrite'): { objectStore(name: string): IdbObjectStore }
  close(): void
}

interface IdbObjectStore {
  get(name: string): IdbRequest<KeyPair | undefined>
  add(pair: KeyPair, name: string): IdbRequest<unknown>
}

interface IdbFactory {
  open(name: string, version: number): IdbRequest<IdbDatabase> & { onupgradeneeded: (() => void) | null }
}

/** Where the browser stores the key, and the `typ` of a proof. Passed as a parameter, so that a split bundle needs no third file. */
export interface KeyNames {
  readonly database: string
  readonly store: string
  readonly proofType: string
}

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/**
 * Loads the key of this name from the browser's storage for this origin, or creates and stores one. Tabs that do so at the same time get
 * the same key. Without storage, as in a script, the key lives as long as this module.
 *
 * @throws DOMException where there is no Web Crypto
 */
export async function openDpopKey(name: string, names: KeyNames): Promise<DpopKey> {
  const pair = (await loadOrCreateKeyPair(name, names).catch(() => undefined)) ?? (await generateKeyPair())
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const thumbprint = text(await sha256(JSON.stringify({ crv, kty, x, y })))
  return {
    async proof({ method, url, token, at }) {
      if (token !== undefined && boundThumbprint(token) !== thumbprint) return undefined
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

function sha256(input: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', bytes(input))
}

/** Read from the token without verifying it: the server does that. */
function boundThumbprint(token: string): string | undefined {
  const claims = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))
  return (JSON.parse(claims) as { readonly cnf?: { readonly jkt?: string } }).cnf?.jkt
}

function generateKeyPair() {
  return crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])
}

/** @throws where the browser's storage cannot be used */
async function loadOrCreateKeyPair(name: string, { database: databaseName, store }: KeyNames): Promise<KeyPair | undefined> {
  const { indexedDB } = globalThis as { readonly indexedDB?: IdbFactory }
  if (indexedDB === undefined) return undefined
  const opening = indexedDB.open(databaseName, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(store)
  const database = await resultOf(opening)
  const find = () => resultOf(database.transaction(store).objectStore(store).get(name))
  try {
    const found = await find()
    if (found !== undefined) return found
    const created = await generateKeyPair()
    // Another tab may have stored one meanwhile: `add` keeps the first.
    await resultOf(database.transaction(store, 'readwrite').objectStore(store).add(created, name)).catch(() => {})
    return await find()
  } finally {
    database.close()
  }
}

/** A database that another page blocks must not delay a sign-in. */
const DATABASE_TIMEOUT_MS = 1_000

function resultOf<T>(request: IdbRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The browser did not open its database in time.')), DATABASE_TIMEOUT_MS)
    request.onsuccess = () => {
      clearTimeout(timer)
      resolve(request.result)
    }
    request.onerror = (event) => {
      clearTimeout(timer)
      event.preventDefault()
      reject(request.error)
    }
  })
}

function bytes(input: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(input)
}

function text(input: ArrayBuffer | Uint8Array): string {
  const letters = btoa(String.fromCharCode(...new Uint8Array(input)))
  return letters.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
