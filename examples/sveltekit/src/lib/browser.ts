// The page's client: one for all components, made when the page first needs it. It keeps a token in memory and nothing else.

import { type Client, createClient } from 'latchkey/client'

let client: Client | undefined

/** Call it from events and effects: while the server renders there is no page. */
export function latchkey(): Client {
  client ??= createClient()
  return client
}

/**
 * Leaves the page when the session has ended: here, in another tab, by somebody else's hand, or by time. A full load leaves
 * nothing of the page in memory. Returns what stops it.
 */
export function leaveOnSignOut(next: string): () => void {
  const leave = () => location.replace(next)
  const stop = latchkey().on('signed-out', leave)
  // With a token this page takes part: whoever asked for none is told of nothing.
  latchkey()
    .session()
    .then((session) => session ?? leave())
    .catch(() => {})
  return stop
}
