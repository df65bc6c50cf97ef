// The server hook: answers Latchkey's own paths, and authenticates all other requests.

import type { Handle, ServerInit } from '@sveltejs/kit/hooks'
import { building } from '$app/env'
import { openLatchkey } from './lib/server/latchkey.ts'

const OWN_PATHS =
  /^\/(access\/.*|\.well-known\/(jwks\.json|oauth-authorization-server|change-password)|sign-in|register|account|signed-out|docs\/errors)$/

/** Opens Latchkey when the server starts, so that a wrong setting stops the start, not the first request. */
export const init: ServerInit = async () => {
  if (building) return
  const latchkey = await openLatchkey()
  // adapter-node emits this after the last request.
  process.once('sveltekit:shutdown', () => void latchkey.close())
}

export const handle: Handle = async ({ event, resolve }) => {
  // Prerendered pages belong to no user.
  if (building) return resolve(event)
  const latchkey = await openLatchkey()
  if (OWN_PATHS.test(event.url.pathname)) return latchkey.handler(event.request, { address: event.getClientAddress() })

  event.locals.auth = await latchkey.authenticate(event.request)
  const response = await resolve(event)
  // No cache and no browser may store a response for one user. Other pages may allow it with `setHeaders`.
  if (event.locals.auth.ok || !response.headers.has('cache-control')) response.headers.set('cache-control', 'private, no-store')
  return response
}
