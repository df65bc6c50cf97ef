// Requests of the application's own that carry the token, to the origins that may see it and to no other.

import type { DpopSigner } from './dpop.ts'
import { isSignedOut } from './http.ts'
import { readJson } from './problem.ts'
import type { RetryPolicy } from './retry-policy.ts'
import type { TokenManager, TokenRequest } from './token-manager.ts'

export interface PassiveOption {
  /** True for a poll that nobody asked for: it does not keep the session alive. */
  readonly passive?: boolean
}

/**
 * @param origins those that may see the token
 * @param base what relative addresses are relative to
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
     * The value of the Authorization header for an address, renewed when it is near its end, or when it is the one that was
     * refused; undefined for an address that may not see it, and when nobody is signed in. Where much is at stake it goes with `proof`.
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
     * The value of a DPoP header for one request with that Authorization header: it shows that this client has the key which the token is
     * bound to. Undefined where it has none.
     */
    async proof(method: string, address: string | URL, authorization: string): Promise<string | undefined> {
      return dpopSigner.createProof(method, absolute(address).href, tokenFromHeader(authorization))
    },

    /** What a refused request is repeated with; undefined where nothing helps. @param authorization what it was refused with */
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
     * `fetch` with the token in the header, for Latchkey, the page's own origin and `origins`; anywhere else it is plain
     * `fetch`. Where the token is near its end or refused, it is renewed, and where a proof of its key is asked for, there is one: the
     * request is repeated once.
     */
    async fetch(input: string | URL | Request, { passive, ...init }: RequestInit & PassiveOption = {}): Promise<Response> {
      const request = new Request(input instanceof Request ? input : absolute(input), init)
      const header = request.headers.has('authorization') ? undefined : await authFetch.authorization(request.url, { passive })
      if (header === undefined) return globalThis.fetch(request)
      if (passive) request.headers.set('x-latchkey-passive', '1')
      const again = request.clone()
      request.headers.set('authorization', header)
      const response = await globalThis.fetch(request)
      const refusal = response.status === 401 ? await readJson(response.clone()) : undefined
      const retryHeaders = await authFetch.retryHeaders(request.method, request.url, header, response.status, refusal, passive)
      if (retryHeaders === undefined) {
        if (!passive) tokenManager.recordActivity()
        return response
      }
      for (const [name, value] of Object.entries(retryHeaders)) if (value !== undefined) again.headers.set(name, value)
      return globalThis.fetch(again)
    },
  }
  return authFetch
}

function tokenFromHeader(authorization: string): string {
  return authorization.replace(/^\w+ /, '')
}
