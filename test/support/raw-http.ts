// Raw HTTP: requests on new connections, and bytes sent without an HTTP client.

import { readFileSync } from 'node:fs'
import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'

export interface RawResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface RawRequestOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
  /** With an agent, the connection is kept. */
  readonly agent?: Agent
}

/** Sends one request on a new connection, or with an agent. */
export function requestOnce(
  base: string,
  path: string,
  { method = 'GET', headers = {}, body, agent }: RawRequestOptions = {},
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const clientRequest = httpRequest(base + path, { method, agent: agent ?? false, headers: { ...type, ...headers } }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
      response.on('error', reject)
    })
    clientRequest.on('error', reject)
    clientRequest.end(body)
  })
}

/** Sends raw bytes, and reads until the server closes the connection. @param later called with a function that sends more bytes */
export function sendBytes(base: string, bytes: string, later?: (write: (more: string | Buffer) => void) => void): Promise<string> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      received += chunk
    })
    socket.on('close', () => resolve(received))
    socket.on('error', (error: NodeJS.ErrnoException) => (received === '' ? reject(error) : resolve(received)))
    socket.write(bytes, () => later?.((more) => socket.write(more)))
  })
}

/** Returns an unused port. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** The TCP state in /proc/net/tcp. */
const ESTABLISHED = '01'

/** Returns the number of received bytes on a local IPv4 port that its process has not read yet. */
export function unreadBytes(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const sockets = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)
  return sockets.reduce((sum, line) => {
    const [, address = '', , state, queues = ''] = line.trim().split(/\s+/)
    return address.endsWith(local) && state === ESTABLISHED ? sum + Number.parseInt(queues.split(':')[1] ?? '0', 16) : sum
  }, 0)
}
