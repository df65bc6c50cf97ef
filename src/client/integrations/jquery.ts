// jQuery: an ajax transport that sends requests through the client's authenticated fetch.

import type { AuthFetch } from '../auth-fetch.ts'

/** The part of jQuery that the client uses. */
export interface Ajax {
  ajaxTransport(dataType: string, handler: (options: AjaxOptions) => AjaxTransport | undefined): unknown
}

export interface AjaxOptions {
  readonly url?: string
  readonly type?: string
  readonly data?: unknown
  readonly async?: boolean
  readonly dataTypes?: readonly string[]
  readonly xhrFields?: { readonly withCredentials?: boolean }
}

export interface AjaxTransport {
  send(headers: Readonly<Record<string, string>>, complete: AjaxComplete): void
  abort(): void
}

type AjaxComplete = (status: number, statusText: string, responses?: { readonly text: string }, headers?: string) => void

/** Undefined for scripts and synchronous requests, which jQuery keeps sending itself. */
export function ajaxTransport(authFetch: AuthFetch, options: AjaxOptions): AjaxTransport | undefined {
  if (options.async === false || options.dataTypes?.includes('script')) return undefined
  const abortController = new AbortController()
  return {
    send(headers, complete) {
      authFetch
        .fetch(options.url ?? '', {
          method: options.type ?? 'GET',
          headers,
          body: (options.data ?? null) as RequestInit['body'] & {},
          credentials: options.xhrFields?.withCredentials ? 'include' : 'same-origin',
          signal: abortController.signal,
        })
        .then(async (response) => {
          const lines = [...response.headers].map(([name, value]) => `${name}: ${value}`)
          complete(response.status, response.statusText, { text: await response.text() }, lines.join('\r\n'))
        })
        .catch(() => complete(0, abortController.signal.aborted ? 'abort' : 'error'))
    },
    abort: () => abortController.abort(),
  }
}
