// The page for administrators: its parts, and the refusal for whoever has not the role.

import { useEffect, useState } from 'react'
import type { SignedIn } from '../../src/client/index.ts'
import { ExpiringBanner } from '../shared/expiring-banner.tsx'
import { resetAdminSession, useAdminSession } from './admin-session.ts'
import { Forbidden } from './forbidden.tsx'
import { t } from './i18n.ts'
import { KeysPage } from './keys-page.tsx'
import { Nav } from './nav.tsx'
import { ReauthenticateDialog } from './reauthenticate-dialog.tsx'
import { useRoute } from './use-route.ts'
import { useUsers } from './use-users.ts'
import { UserPage } from './user-page.tsx'
import { UsersPage } from './users-page.tsx'

export function AdminPage({ who }: { readonly who: SignedIn }) {
  const { isForbidden, lastUsedAt } = useAdminSession()
  // What one user was refused or had under way must not come to another, who signs in after them.
  useEffect(() => resetAdminSession, [])
  return (
    <>
      <ExpiringBanner latest={who.session.expiresAt} aliveUntil={lastUsedAt + who.session.idleTimeout * 1000} />
      {isForbidden ? <Forbidden who={who} /> : <AdminViews own={who.user.id} />}
      <ReauthenticateDialog who={who} />
    </>
  )
}

/** @param own the code of the reader */
function AdminViews({ own }: { readonly own: string }) {
  const place = useRoute()
  const listed = useUsers()
  const [removed, setRemoved] = useState<string>()
  useEffect(() => {
    if (place.at !== 'users') setRemoved(undefined)
  }, [place])
  return (
    <>
      <Nav place={place} />
      {/* There before and after the change of place, so that a screen reader notices. */}
      <div role="status">{removed !== undefined && <p className="done">{t('deleted', { name: removed })}</p>}</div>
      {place.at === 'users' && <UsersPage own={own} listed={listed} />}
      {place.at === 'keys' && <KeysPage />}
      {place.at === 'user' && (
        <UserPage
          key={place.id}
          id={place.id}
          own={own}
          name={listed.findListed(place.id)?.username}
          onChanged={listed.replace}
          onRemoved={(user) => {
            listed.remove(user.id)
            setRemoved(user.username)
            location.replace('#users')
          }}
        />
      )}
    </>
  )
}
