// A page for whoever is signed in: read on the server, by the session's cookie, for every request anew.

import { AuthError } from 'latchkey'
import { auth, toSignIn } from '../../lib/auth'
import { openLatchkey } from '../../lib/latchkey'
import { lastOrder, menu } from '../../lib/orders'
import { Controls } from './controls'

// The whole page waits for the answer to who it is: nothing of it, and no status, goes out before.
export const instant = false

export default async function Orders() {
  const principal = await auth('/orders')
  const latchkey = await openLatchkey()
  const [session, data, record] = await Promise.all([
    latchkey.session(principal),
    latchkey.data(principal),
    latchkey.auditEvents(principal, { limit: 10 }),
  ])
  // Signed out since `auth` was asked.
  if (session instanceof AuthError || data instanceof AuthError || record instanceof AuthError) toSignIn('/orders')

  return (
    <main data-theme={data.data.theme === 'dark' ? 'dark' : 'light'}>
      <h1>Orders of {session.username}</h1>
      <p>
        Last order: <output>{lastOrder(data.data)}</output>
      </p>
      <Controls drinks={await menu()} />
      <h2>On record</h2>
      <ul>
        {record.events.map(({ id, at, action }) => (
          <li key={id}>
            {new Date(at).toISOString()} {action}
          </li>
        ))}
      </ul>
    </main>
  )
}
