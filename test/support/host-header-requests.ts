// Requests with a custom Host header, which fetch does not allow.

import { request } from 'node:http'
import type { HttpRequest } from '../../src/http/message.ts'

/** An HttpRequest as from an adapter, with only these headers. */
export function makeHttpRequest(method: string, path: string, headers: Readonly<Record<string, string>>, body = ''): HttpRequest {
  return {
    method,
    path,
    query: '',
    header: (name) => headers[name] ?? null,
    address: '192.0.2.7',
    peer: '192.0.2.7',
    body: async () => new TextEncoder().encode(body),
  }
}

/** Sends a GET on a new connection and returns the status. */
export function rawRequest(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode))
    })
    sent.once('error', reject).end()
  })
}
