// Scrolls to the section that the URL fragment names: the browser looks for it before the script has rendered it.

import { useEffect } from 'react'

export function useFragment(): void {
  useEffect(() => {
    scrollToFragment()
    addEventListener('hashchange', scrollToFragment)
    return () => removeEventListener('hashchange', scrollToFragment)
  }, [])
}

/** Also moves the focus to the first field of the section, or to its heading. */
function scrollToFragment(): void {
  const id = location.hash.slice(1)
  const section = id === '' ? null : document.getElementById(id)
  if (section?.tagName !== 'SECTION') return
  section.scrollIntoView()
  const target =
    section.querySelector<HTMLElement>('input:not([type=hidden], [hidden], [readonly])') ?? section.querySelector<HTMLElement>('h2')
  target?.focus({ preventScroll: true })
}
