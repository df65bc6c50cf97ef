// Who a request is. Asked where the data is, in every page, route and action: a layout or a proxy in front guards nothing.

import type { AuthError, AuthenticationResult, Principal } from 'latchkey'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { connection } from 'next/server'
import { cache } from 'react'
import { openLatchkey } from './latchkey'
import { peerOf } from './peer'

/** Once for each request, however many components ask. */
const read = cache(async (): Promise<AuthenticationResult> => {
  // Never part of what Next.js prepares: neither while building nor for a link that nobody has followed yet.
  await connection()
  const sent = await headers()
  const latchkey = await openLatchkey()
  return latchkey.guard({ method: 'GET', header: (name) => sent.get(name), address: () => peerOf(sent).address })
})

/** For pages: who is signed in; whoever is not is sent to sign in, and then back to `path`. */
export async function auth(path: `/${string}`): Promise<Principal> {
  const who = await read()
  return who.ok ? who.principal : toSignIn(path)
}

export function toSignIn(path: `/${string}`): never {
  redirect(`/sign-in?return=${encodeURIComponent(path)}`)
}

/**
 * For server actions, which browsers call with cookies alone: who sent the value of an Authorization header as an argument.
 * No other site can know one.
 */
export async function authFor(authorization: string | undefined): Promise<AuthenticationResult> {
  const sent = await headers()
  const latchkey = await openLatchkey()
  const header = (name: string) => (name === 'authorization' ? (authorization ?? null) : sent.get(name))
  return latchkey.guard({ method: 'POST', header, address: () => peerOf(sent).address })
}

/** For routes: the refusal as Latchkey itself words it, which the page's client understands. */
export async function refusal(error: AuthError): Promise<Response> {
  return (await openLatchkey()).refusal(error).getResponse()
}
