// The page for administrators: its parts, and the refusal for whoever has not the role.

import { useEffect, useState } from 'react'
import type { SignedIn } from '../../src/client/index.ts'
import { ExpiringBanner } from '../shared/expiring-banner.tsx'
import { KeysPage } from './keys-page.tsx'
import { NotAllowed } from './not-allowed.tsx'
import { PasswordAgain } from './password-again.tsx'
import { Places } from './places.tsx'
import { say } from './say.ts'
import { forgetStanding, useStanding } from './standing.ts'
import { usePlace } from './use-place.ts'
import { useUsers } from './use-users.ts'
import { UserPage } from './user-page.tsx'
import { UsersPage } from './users-page.tsx'

export function Administration({ who }: { readonly who: SignedIn }) {
  const { isRefused, usedAt } = useStanding()
  // What one user was refused or had under way must not come to another, who signs in after them.
  useEffect(() => forgetStanding, [])
  return (
    <>
      <ExpiringBanner latest={who.session.expiresAt} aliveUntil={usedAt + who.session.idleTimeout * 1000} />
      {isRefused ? <NotAllowed who={who} /> : <Parts own={who.user.id} />}
      <PasswordAgain who={who} />
    </>
  )
}

/** @param own the code of the reader */
function Parts({ own }: { readonly own: string }) {
  const place = usePlace()
  const listed = useUsers()
  const [removed, setRemoved] = useState<string>()
  useEffect(() => {
    if (place.at !== 'users') setRemoved(undefined)
  }, [place])
  return (
    <>
      <Places place={place} />
      {/* There before and after the change of place, so that a screen reader notices. */}
      <div role="status">{removed !== undefined && <p className="done">{say('deleted', { name: removed })}</p>}</div>
      {place.at === 'users' && <UsersPage own={own} listed={listed} />}
      {place.at === 'keys' && <KeysPage />}
      {place.at === 'user' && (
        <UserPage
          key={place.id}
          id={place.id}
          own={own}
          name={listed.listed(place.id)?.username}
          onChanged={listed.put}
          onRemoved={(user) => {
            listed.drop(user.id)
            setRemoved(user.username)
            location.replace('#users')
          }}
        />
      )}
    </>
  )
}
