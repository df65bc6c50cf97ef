// Every request comes through here: Latchkey's own paths are answered, for all others it is asked who the request is.

import type { Handle, ServerInit } from '@sveltejs/kit/hooks'
import { building } from '$app/env'
import { openLatchkey } from './lib/server/latchkey.ts'

const OWN_PATHS =
  /^\/(access\/.*|\.well-known\/(jwks\.json|oauth-authorization-server|change-password)|sign-in|register|account|signed-out|docs\/errors)$/

/** Opens Latchkey when the server starts, so that a wrong setting stops the start and not the first person. */
export const init: ServerInit = async () => {
  if (building) return
  const latchkey = await openLatchkey()
  // Told by adapter-node when the last request has been answered.
  process.once('sveltekit:shutdown', () => void latchkey.close())
}

export const handle: Handle = async ({ event, resolve }) => {
  // Pages that are made while building belong to nobody.
  if (building) return resolve(event)
  const latchkey = await openLatchkey()
  if (OWN_PATHS.test(event.url.pathname)) return latchkey.handler(event.request, { address: event.getClientAddress() })

  event.locals.auth = await latchkey.authenticate(event.request)
  const response = await resolve(event)
  // What was made for one person is kept by no cache, and by no browser; other pages may allow it by `setHeaders`.
  if (event.locals.auth.ok || !response.headers.has('cache-control')) response.headers.set('cache-control', 'private, no-store')
  return response
}
