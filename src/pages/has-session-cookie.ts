// Whether there is a cookie that could sign somebody in; whether it does is for the API to say.

import type { RouteContext } from '../http/route.ts'

export function hasSessionCookie({ credentials: { cookies } }: RouteContext<unknown, unknown>): boolean {
  return cookies.session !== undefined || cookies.remember !== undefined
}
