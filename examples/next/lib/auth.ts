// Authentication of a request. Call it in every page, route and action that reads data: a layout or a proxy protects nothing.

import type { AuthError, AuthenticationResult, Principal } from 'latchkey'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { connection } from 'next/server'
import { cache } from 'react'
import { openLatchkey } from './latchkey'
import { peerOf } from './peer'

/** Once per request, however many components call it. */
const authenticateByCookie = cache(async (): Promise<AuthenticationResult> => {
  // Never during prerendering: neither at build time nor for a prefetched link.
  await connection()
  const sent = await headers()
  const latchkey = await openLatchkey()
  return latchkey.guard({ method: 'GET', header: (name) => sent.get(name), address: () => peerOf(sent).address })
})

/** For pages: returns the signed-in user, or redirects to the sign-in page, which returns to `path`. */
export async function requireSignedIn(path: `/${string}`): Promise<Principal> {
  const result = await authenticateByCookie()
  return result.ok ? result.principal : redirectToSignIn(path)
}

export function redirectToSignIn(path: `/${string}`): never {
  redirect(`/sign-in?return=${encodeURIComponent(path)}`)
}

/**
 * For server actions, which browsers call with cookies only: authenticates by the value of an Authorization header that was
 * passed as an argument. Another site cannot know it.
 */
export async function authenticateAction(authorization: string | undefined): Promise<AuthenticationResult> {
  const sent = await headers()
  const latchkey = await openLatchkey()
  const header = (name: string) => (name === 'authorization' ? (authorization ?? null) : sent.get(name))
  return latchkey.guard({ method: 'POST', header, address: () => peerOf(sent).address })
}

/** For routes: the response of a refusal, which the browser client understands. */
export async function refusalResponse(error: AuthError): Promise<Response> {
  return (await openLatchkey()).refusal(error).getResponse()
}
