// Follows the address, and puts the focus where a reader goes on.

import { useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { fragmentOf, type Place, placeIn } from './place.ts'

export function usePlace(): Place {
  const [place, setPlace] = useState<Place>(() => placeIn(location.hash) ?? { at: 'users' })

  useEffect(() => {
    const follow = () => {
      const next = placeIn(location.hash)
      if (next === undefined) return history.replaceState(null, '', fragmentOf(place))
      flushSync(() => setPlace(next))
      focusAfter(place)
    }
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [place])

  useEffect(() => {
    // The same place in another language.
    for (const link of document.querySelectorAll<HTMLAnchorElement>('.top nav a')) link.hash = fragmentOf(place)
  }, [place])
  return place
}

/** Back in a list, with the one that was looked at; otherwise at the beginning of what is new. */
function focusAfter(before: Place): void {
  const row =
    before.at === 'user'
      ? document.querySelector<HTMLElement>(`td a[href="${fragmentOf(before)}"], th a[href="${fragmentOf(before)}"]`)
      : null
  const target = row ?? document.querySelector<HTMLElement>('main h1')
  target?.focus()
}
