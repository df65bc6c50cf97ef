// The browser client: one instance for all components, created on first use. It keeps a token in memory only.

import { type Client, createClient } from 'latchkey/client'

let client: Client | undefined

/** Call it from event handlers and effects only: it does not exist during server rendering. */
export function latchkey(): Client {
  client ??= createClient()
  return client
}

/**
 * Leaves the page when the session ends: by a sign-out in any tab, a revocation, or expiry. A full page load removes all data of
 * the user from memory. Returns a function that stops it.
 */
export function leaveOnSignOut(next: string): () => void {
  const leave = () => location.replace(next)
  const stop = latchkey().on('signed-out', leave)
  // The client reports a sign-out only after it has had a token.
  latchkey()
    .session()
    .then((session) => session ?? leave())
    .catch(() => {})
  return stop
}
