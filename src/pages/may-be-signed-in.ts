// Whether there is a cookie that could sign somebody in; whether it does is for the API to say.

import type { Call } from '../http/route.ts'

export function mayBeSignedIn({ credentials: { cookies } }: Call<unknown, unknown>): boolean {
  return cookies.session !== undefined || cookies.remember !== undefined
}
