// What the fragment of the address names is drawn by the script, after the browser has looked for it: it is gone to here.

import { useEffect } from 'react'

export function useFragment(): void {
  useEffect(() => {
    scrollToFragment()
    addEventListener('hashchange', scrollToFragment)
    return () => removeEventListener('hashchange', scrollToFragment)
  }, [])
}

/** Scrolls to the section and puts the focus into its first field, or onto its heading. */
function scrollToFragment(): void {
  const id = location.hash.slice(1)
  const section = id === '' ? null : document.getElementById(id)
  if (section?.tagName !== 'SECTION') return
  section.scrollIntoView()
  const target =
    section.querySelector<HTMLElement>('input:not([type=hidden], [hidden], [readonly])') ?? section.querySelector<HTMLElement>('h2')
  target?.focus({ preventScroll: true })
}
