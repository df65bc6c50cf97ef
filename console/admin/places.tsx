// The ways to the parts of the page.

import type { Place } from './place.ts'
import { say } from './say.ts'

export function Places({ place: { at } }: { readonly place: Place }) {
  return (
    <nav className="places" aria-label={say('places')}>
      <strong>{say('title')}</strong>
      <a href="#users" aria-current={at === 'users' ? 'page' : at === 'user' ? 'true' : undefined}>
        {say('users')}
      </a>
      <a href="#keys" aria-current={at === 'keys' ? 'page' : undefined}>
        {say('keys')}
      </a>
      <a href="/account" className="away">
        {say('myAccount')}
      </a>
    </nav>
  )
}
