// The request log: credentials and response of each request, with secrets truncated.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseCookie } from 'cookie'
import { SENDER_HEADER } from './lab-server.ts'
import type { RequestLogEntry } from './types.ts'

export interface RequestLog {
  record(request: IncomingMessage, response: ServerResponse, at: number): void
  /** The latest first. */
  readonly entries: readonly RequestLogEntry[]
}

const MAX_ENTRIES = 60
const PREFIX = 'latchkey_'
const SHOWN_CHARACTERS = 10

export function truncate(secret: string): string {
  return secret.length <= SHOWN_CHARACTERS ? secret : `${secret.slice(0, SHOWN_CHARACTERS)}…`
}

/** Our cookies in a request, by their name without the prefix. */
export function cookiesOf(request: IncomingMessage): Readonly<Record<string, string>> {
  const all = Object.entries(parseCookie(request.headers.cookie ?? ''))
  return Object.fromEntries(all.flatMap(([name, value = '']) => (name.startsWith(PREFIX) ? [[name.slice(PREFIX.length), value]] : [])))
}

export function createRequestLog(): RequestLog {
  const entries: RequestLogEntry[] = []
  let count = 0
  return {
    entries,
    record(request, response, at) {
      const { method = '', url = '', headers } = request
      let body = ''
      const end = response.end.bind(response)
      response.end = ((chunk?: unknown, ...rest: unknown[]) => {
        if (typeof chunk === 'string') body = chunk
        return (end as (...all: unknown[]) => ServerResponse)(chunk, ...rest)
      }) as typeof response.end
      response.once('finish', () => {
        count += 1
        const problem = problemIn(response, body)
        entries.unshift({
          number: count,
          at,
          sender: senderOf(request),
          method,
          path: url.replace(/(usr_.{4})[\w-]+/, '$1…'),
          cookies: Object.keys(cookiesOf(request)).filter((name) => name === 'session' || name === 'remember'),
          authorization: headers.authorization === undefined ? null : shortenedHeader(headers.authorization),
          origin: headers.origin ?? null,
          fetchSite: headers['sec-fetch-site']?.toString() ?? null,
          status: response.statusCode,
          code: problem.code ?? null,
          reason: problem.reason ?? null,
        })
        entries.splice(MAX_ENTRIES)
      })
    },
  }
}

function senderOf({ headers }: IncomingMessage): RequestLogEntry['sender'] {
  if (headers[SENDER_HEADER] === 'attacker') return 'attacker'
  const site = headers['sec-fetch-site']
  if (site === undefined) return 'program'
  return site === 'same-origin' ? 'page' : site === 'none' ? 'address bar' : 'other site'
}

function shortenedHeader(value: string): string {
  return value
    .split(' ')
    .map((word) => truncate(word))
    .join(' ')
}

function problemIn({ statusCode }: ServerResponse, body: string): { readonly code?: string; readonly reason?: string } {
  // The response to HEAD, or an interrupted one, has no body.
  return statusCode < 400 || body === '' ? {} : JSON.parse(body)
}
