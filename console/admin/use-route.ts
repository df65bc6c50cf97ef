// Follows the address, and puts the focus where a reader goes on.

import { useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { parseRoute, type Route, routeFragment } from './router.ts'

export function useRoute(): Route {
  const [place, setPlace] = useState<Route>(() => parseRoute(location.hash) ?? { at: 'users' })

  useEffect(() => {
    const follow = () => {
      const next = parseRoute(location.hash)
      if (next === undefined) return history.replaceState(null, '', routeFragment(place))
      flushSync(() => setPlace(next))
      restoreFocus(place)
    }
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [place])

  useEffect(() => {
    // The same place in another language.
    for (const link of document.querySelectorAll<HTMLAnchorElement>('.top nav a')) link.hash = routeFragment(place)
  }, [place])
  return place
}

/** Back in a list, with the one that was looked at; otherwise at the beginning of what is new. */
function restoreFocus(before: Route): void {
  const row =
    before.at === 'user'
      ? document.querySelector<HTMLElement>(`td a[href="${routeFragment(before)}"], th a[href="${routeFragment(before)}"]`)
      : null
  const target = row ?? document.querySelector<HTMLElement>('main h1')
  target?.focus()
}
