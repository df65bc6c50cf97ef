// A page for signed-in users, rendered on the server for every request.

import { AuthError } from 'latchkey'
import { redirectToSignIn, requireSignedIn } from '../../lib/auth'
import { openLatchkey } from '../../lib/latchkey'
import { lastOrder, menu } from '../../lib/orders'
import { Controls } from './controls'

// The response waits for the authentication, so that it can still redirect.
export const instant = false

export default async function Orders() {
  const principal = await requireSignedIn('/orders')
  const latchkey = await openLatchkey()
  const [session, data, audit] = await Promise.all([
    latchkey.session(principal),
    latchkey.data(principal),
    latchkey.auditEvents(principal, { limit: 10 }),
  ])
  // The session was revoked in the meantime.
  if (session instanceof AuthError || data instanceof AuthError || audit instanceof AuthError) redirectToSignIn('/orders')

  return (
    <main data-theme={data.data.theme === 'dark' ? 'dark' : 'light'}>
      <h1>Orders of {session.username}</h1>
      <p>
        Last order: <output>{lastOrder(data.data)}</output>
      </p>
      <Controls drinks={await menu()} />
      <h2>Activity</h2>
      <ul>
        {audit.events.map(({ id, at, action }) => (
          <li key={id}>
            {new Date(at).toISOString()} {action}
          </li>
        ))}
      </ul>
    </main>
  )
}
