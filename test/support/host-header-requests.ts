// Requests with a Host of one's own, which fetch does not let anybody set.

import { request } from 'node:http'
import type { HttpRequest } from '../../src/http/message.ts'

/** A request as an adapter brings it, with these headers alone. */
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

/** The status of a GET over a connection of its own. */
export function rawRequest(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers, agent: false }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode))
    })
    sent.once('error', reject).end()
  })
}
