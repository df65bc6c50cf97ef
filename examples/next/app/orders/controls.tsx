// The buttons. A change sends the token: in a header to a route, as an argument to a server action.

'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { latchkey, leaveOnSignOut } from '../../lib/browser'
import { setTheme } from './actions'

export function Controls({ drinks }: { readonly drinks: readonly string[] }) {
  const router = useRouter()
  const [problem, setProblem] = useState('')

  useEffect(() => leaveOnSignOut('/signed-out?return=/orders'), [])

  /** Runs a change, shows its problem, and lets the server render the page again. */
  async function run(change: () => Promise<string>) {
    setProblem(await change().catch(() => 'The server cannot be reached.'))
    router.refresh()
  }

  async function order(item: string): Promise<string> {
    const headers = { 'content-type': 'application/json' }
    const answer = await latchkey().fetch('/api/orders', { method: 'POST', headers, body: JSON.stringify({ item }) })
    return answer.ok ? '' : ((await answer.json()) as { readonly title: string }).title
  }

  async function changeTheme(theme: 'light' | 'dark'): Promise<string> {
    return (await setTheme(await latchkey().authorization('/'), theme)).problem
  }

  return (
    <section>
      {drinks.map((item) => (
        <button key={item} type="button" onClick={() => run(() => order(item))}>
          Order {item}
        </button>
      ))}
      <button type="button" onClick={() => run(() => changeTheme('dark'))}>
        Dark
      </button>
      <button type="button" onClick={() => run(() => changeTheme('light'))}>
        Light
      </button>
      <button type="button" onClick={() => void latchkey().logout()}>
        Sign out
      </button>
      <p role="alert">{problem}</p>
    </section>
  )
}
