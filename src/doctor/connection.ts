// Sends a request to one address of a deployment, with the Host header and the TLS name of the URL.

import { type ClientRequest, request as requestHttp } from 'node:http'
import { type RequestOptions, request as requestHttps } from 'node:https'
import { isIP, isIPv6 } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Exchange, Header } from './http-exchange.ts'

export interface Address {
  readonly ip: string
  readonly port: number
}

export interface ProbeRequest {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** How long to wait for a response, in milliseconds. */
const TIMEOUT_MS = 10_000
/** How much of a body is read, in bytes. */
const MAX_BODY = 256 * 1024

/** Never rejects: a missing response is a finding too. Each request opens a connection, so that a load balancer can choose another server. */
export async function sendRequest(
  url: URL,
  address: Address,
  { method = 'GET', path, headers = {}, body }: ProbeRequest,
): Promise<Exchange> {
  const sentAt = Date.now()
  let localAddress = ''
  const common = { address: addressText(address), method, path, requestHeaders: headers, sentAt }
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) =>
      resolve({
        ...common,
        status: 0,
        failure: error.code ?? error.message,
        headers: [],
        body: '',
        localAddress,
        receivedAt: Date.now(),
        certificateExpiresAt: null,
      })
    const length = { 'content-length': String(Buffer.byteLength(body ?? '')) }
    const request = openRequest(url, address, { method, path, headers: { ...length, ...headers }, signal: AbortSignal.timeout(TIMEOUT_MS) })
    request.once('error', failed)
    request.once('socket', (socket) => socket.once('connect', () => (localAddress = socket.localAddress ?? '')))
    request.once('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      const { socket } = response
      const certificateExpiresAt = socket instanceof TLSSocket ? Date.parse(socket.getPeerCertificate().valid_to) : null
      const finish = () =>
        resolve({
          ...common,
          status: response.statusCode ?? 0,
          failure: null,
          headers: headerPairs(response.rawHeaders),
          body: Buffer.concat(chunks).toString(),
          localAddress,
          receivedAt: Date.now(),
          certificateExpiresAt,
        })
      response.on('data', (chunk: Buffer) => {
        size += chunk.byteLength
        if (size <= MAX_BODY) return void chunks.push(chunk)
        finish()
        response.destroy()
      })
      response.once('end', finish)
      response.once('error', failed)
    })
    request.end(body)
  })
}

/** Opens a request to that address, with the Host header and the TLS name of the URL. */
export function openRequest(url: URL, { ip, port }: Address, options: RequestOptions): ClientRequest {
  const servername = isIP(url.hostname) === 0 && !url.hostname.startsWith('[') ? { servername: url.hostname } : {}
  const headers = { host: url.host, ...options.headers }
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  return request({ ...options, ...servername, host: ip, port, headers, agent: false })
}

export function addressText({ ip, port }: Address): string {
  return isIPv6(ip) ? `[${ip}]:${port}` : `${ip}:${port}`
}

function headerPairs(raw: readonly string[]): readonly Header[] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[2 * index] ?? '', raw[2 * index + 1] ?? ''] as const)
}
