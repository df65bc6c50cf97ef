// Redirects signed-out users to the sign-in page with status 303: a streamed page has sent 200 before it knows the user. This is
// no protection; each page authenticates the request itself.

import { type NextRequest, NextResponse } from 'next/server'
import { openLatchkey } from './lib/latchkey'
import { peerOf } from './lib/peer'

export const config = { matcher: ['/orders/:path*'] }

export async function proxy({ method, headers, nextUrl }: NextRequest): Promise<Response | undefined> {
  if (method !== 'GET' && method !== 'HEAD') return undefined
  const latchkey = await openLatchkey()
  const header = (name: string) => headers.get(name)
  const result = await latchkey.guard({ method, header, target: nextUrl.pathname, address: () => peerOf(headers).address })
  if (result.ok) return undefined
  const signIn = new URL(`/sign-in?return=${encodeURIComponent(nextUrl.pathname + nextUrl.search)}`, nextUrl)
  return NextResponse.redirect(signIn, { status: 303, headers: { 'cache-control': 'no-store' } })
}
