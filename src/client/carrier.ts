// Requests of the application's own that carry the token, to the origins that may see it and to no other.

import { isSignedOut } from './calls.ts'
import type { Holder, TokenWish } from './holder.ts'
import { readJson, refusesToken } from './problem.ts'

export interface Passively {
  /** True for a poll that nobody asked for: it does not keep the session alive. */
  readonly passive?: boolean
}

/**
 * @param origins those that may see the token
 * @param base what relative addresses are relative to
 */
export function createCarrier(holder: Holder, origins: ReadonlySet<string>, base: string) {
  const carrier = {
    /**
     * The value of the Authorization header for an address, renewed when it is near its end, or when it is the one that was
     * refused; undefined for an address that may not see it, and when nobody is signed in.
     */
    async authorization(address: string | URL, { refused, passive }: TokenWish = {}): Promise<string | undefined> {
      if (!origins.has(new URL(address, base).origin)) return undefined
      try {
        return `Bearer ${await holder.token({ refused: refused?.replace(/^Bearer /, ''), passive })}`
      } catch (error) {
        if (isSignedOut(error)) return undefined
        throw error
      }
    },

    /**
     * `fetch` with the token in the header, for Latchkey, the page's own origin and `origins`; anywhere else it is plain
     * `fetch`. The token is renewed once when it is near its end or refused, and the request repeated.
     */
    async fetch(input: string | URL | Request, { passive, ...init }: RequestInit & Passively = {}): Promise<Response> {
      const request = new Request(input instanceof Request ? input : new URL(input, base), init)
      const header = request.headers.has('authorization') ? undefined : await carrier.authorization(request.url, { passive })
      if (header === undefined) return globalThis.fetch(request)
      if (passive) request.headers.set('x-latchkey-passive', '1')
      const again = request.clone()
      const response = await globalThis.fetch(withHeader(request, header))
      if (!refusesToken(response.status, await bodyOfRefusal(response))) {
        if (!passive) holder.noteSeen()
        return response
      }
      const renewed = await carrier.authorization(request.url, { refused: header, passive })
      return renewed === undefined || renewed === header ? response : globalThis.fetch(withHeader(again, renewed))
    },
  }
  return carrier
}

function withHeader(request: Request, header: string): Request {
  request.headers.set('authorization', header)
  return request
}

async function bodyOfRefusal(response: Response): Promise<unknown> {
  return response.status === 401 ? readJson(response.clone()) : undefined
}
