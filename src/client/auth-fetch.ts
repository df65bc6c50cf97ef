// Authenticated fetch: adds the token to requests of the application, for allowed origins only.

import type { DpopSigner } from './dpop.ts'
import { isSignedOut } from './http.ts'
import { readJson } from './problem.ts'
import type { RetryPolicy } from './retry-policy.ts'
import type { TokenManager, TokenRequest } from './token-manager.ts'

export type AuthFetch = ReturnType<typeof createAuthFetch>

export interface PassiveOption {
  /** True for background polling: the request does not extend the session. */
  readonly passive?: boolean
}

/**
 * @param origins origins that may receive the token
 * @param base the URL that relative URLs are resolved against
 */
export function createAuthFetch(
  tokenManager: TokenManager,
  dpopSigner: DpopSigner,
  planRetry: RetryPolicy,
  origins: ReadonlySet<string>,
  base: string,
) {
  const absolute = (address: string | URL) => new URL(address, base)
  const authFetch = {
    /**
     * The value of the Authorization header for a URL. The token is renewed when it is about to expire, or when it is the one that
     * was `refused`. Undefined for an origin that may not receive it, and when signed out. Sensitive requests also need `proof`.
     */
    async authorization(address: string | URL, { refused, passive }: TokenRequest = {}): Promise<string | undefined> {
      if (!origins.has(absolute(address).origin)) return undefined
      try {
        return `Bearer ${await tokenManager.token({ refused: refused === undefined ? undefined : tokenFromHeader(refused), passive })}`
      } catch (error) {
        if (isSignedOut(error)) return undefined
        throw error
      }
    },

    /**
     * The value of the DPoP header for one request with that Authorization header: proves possession of the key that the token is
     * bound to. Undefined where the client has no such key.
     */
    async proof(method: string, address: string | URL, authorization: string): Promise<string | undefined> {
      return dpopSigner.createProof(method, absolute(address).href, tokenFromHeader(authorization))
    },

    /** Headers to repeat a rejected request with; undefined where a retry cannot help. @param authorization the header that was rejected */
    async retryHeaders(
      method: string,
      address: string | URL,
      authorization: string,
      status: number,
      refusal: unknown,
      passive?: boolean,
    ): Promise<Readonly<Record<'authorization' | 'dpop', string | undefined>> | undefined> {
      if (status !== 401) return undefined
      const url = absolute(address).href
      const retry = await planRetry({ method, url, token: tokenFromHeader(authorization), passive }, refusal ?? {}).catch(
        (error: unknown) => {
          if (isSignedOut(error)) return undefined
          throw error
        },
      )
      return retry && { authorization: `Bearer ${retry.token}`, dpop: retry.dpop }
    },

    /**
     * `fetch` with the token in the header for Latchkey, the page's own origin and `origins`; plain `fetch` for any other origin.
     * Renews an expiring token. Where the token is rejected or a DPoP proof is required, repeats the request once.
     */
    async fetch(input: string | URL | Request, { passive, ...init }: RequestInit & PassiveOption = {}): Promise<Response> {
      const request = new Request(input instanceof Request ? input : absolute(input), init)
      const header = request.headers.has('authorization') ? undefined : await authFetch.authorization(request.url, { passive })
      if (header === undefined) return globalThis.fetch(request)
      if (passive) request.headers.set('x-latchkey-passive', '1')
      const retryRequest = request.clone()
      request.headers.set('authorization', header)
      const response = await globalThis.fetch(request)
      const refusal = response.status === 401 ? await readJson(response.clone()) : undefined
      const retryHeaders = await authFetch.retryHeaders(request.method, request.url, header, response.status, refusal, passive)
      if (retryHeaders === undefined) {
        if (!passive) tokenManager.recordActivity()
        return response
      }
      for (const [name, value] of Object.entries(retryHeaders)) if (value !== undefined) retryRequest.headers.set(name, value)
      return globalThis.fetch(retryRequest)
    },
  }
  return authFetch
}

function tokenFromHeader(authorization: string): string {
  return authorization.replace(/^\w+ /, '')
}
