// A fake issuer over real connections: tests set its responses. With signing keys and tokens.

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Algorithm = 'EdDSA' | 'ES256'
export type Listener = (request: IncomingMessage, response: ServerResponse) => void

export interface Issuer extends AsyncDisposable {
  readonly url: string
  /** Replaces the listener. */
  respondWith(listener: Listener): void
  /** Requests for the keys so far. */
  keyRequests(): number
}

export async function startIssuer(first: Listener): Promise<Issuer> {
  let listener = first
  let requests = 0
  const server = createServer((request, response) => {
    if (request.url === '/.well-known/jwks.json') requests += 1
    listener(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    respondWith(next) {
      listener = next
    },
    keyRequests: () => requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export interface Signer {
  readonly jwk: Readonly<Record<string, unknown>>
  readonly privateKey: KeyObject
  /** A token with valid claims, overridden by these. */
  token(issuer: string, claims?: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): string
}

const part = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

export function makeSigner(algorithm: Algorithm, kid: string): Signer {
  const pair = algorithm === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { privateKey } = pair
  return {
    jwk: { ...pair.publicKey.export({ format: 'jwk' }), use: 'sig', alg: algorithm, kid },
    privateKey,
    token(issuer, claims = {}, header = {}) {
      const text = `${part({ alg: algorithm, typ: 'at+jwt', kid, ...header })}.${part({ ...validClaims(issuer), ...claims })}`
      return `${text}.${signature(algorithm, text, privateKey)}`
    },
  }
}

export function signature(algorithm: Algorithm, text: string, key: KeyObject): string {
  const bytes =
    algorithm === 'EdDSA' ? sign(null, Buffer.from(text), key) : sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  return bytes.toString('base64url')
}

export function validClaims(issuer: string): Readonly<Record<string, unknown>> {
  const iat = Math.floor(Date.now() / 1000)
  const times = { iat, exp: iat + 300, auth_time: iat }
  return { iss: issuer, aud: issuer, sub: 'u', client_id: 'latchkey', sid: 's', jti: 'j', ...times, amr: ['pwd'], roles: [] }
}

export const json =
  (value: unknown): Listener =>
  (_request, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(typeof value === 'string' ? value : JSON.stringify(value))
