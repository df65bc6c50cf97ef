// Whether the request has a session or remember-me cookie. Only the API decides whether it is valid.

import type { RouteContext } from '../http/route.ts'

export function hasSignInCookie({ credentials: { cookies } }: RouteContext<unknown, unknown>): boolean {
  return cookies.session !== undefined || cookies.remember !== undefined
}
