// Follows the URL fragment, and moves the focus after a change of route.

import { useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { parseRoute, type Route, routeFragment } from './router.ts'

export function useRoute(): Route {
  const [route, setRoute] = useState<Route>(() => parseRoute(location.hash) ?? { at: 'users' })

  useEffect(() => {
    const follow = () => {
      const next = parseRoute(location.hash)
      if (next === undefined) return history.replaceState(null, '', routeFragment(route))
      flushSync(() => setRoute(next))
      restoreFocus(route)
    }
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [route])

  useEffect(() => {
    // The links to other languages keep the route.
    for (const link of document.querySelectorAll<HTMLAnchorElement>('.top nav a')) link.hash = routeFragment(route)
  }, [route])
  return route
}

/** Back in the list, focuses the user who was shown; otherwise the heading. */
function restoreFocus(before: Route): void {
  const row =
    before.at === 'user'
      ? document.querySelector<HTMLElement>(`td a[href="${routeFragment(before)}"], th a[href="${routeFragment(before)}"]`)
      : null
  const target = row ?? document.querySelector<HTMLElement>('main h1')
  target?.focus()
}
