// The admin page: its views, or a notice for users without the role.

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

export function AdminPage({ signedIn }: { readonly signedIn: SignedIn }) {
  const { isForbidden, lastUsedAt } = useAdminSession()
  // The state of one user must not affect the next who signs in.
  useEffect(() => resetAdminSession, [])
  return (
    <>
      <ExpiringBanner latest={signedIn.session.expiresAt} aliveUntil={lastUsedAt + signedIn.session.idleTimeout * 1000} />
      {isForbidden ? <Forbidden signedIn={signedIn} /> : <AdminViews own={signedIn.user.id} />}
      <ReauthenticateDialog signedIn={signedIn} />
    </>
  )
}

/** @param own the id of the signed-in user */
function AdminViews({ own }: { readonly own: string }) {
  const route = useRoute()
  const listed = useUsers()
  const [removed, setRemoved] = useState<string>()
  useEffect(() => {
    if (route.at !== 'users') setRemoved(undefined)
  }, [route])
  return (
    <>
      <Nav route={route} />
      {/* Kept across route changes, so that screen readers announce the change. */}
      <div role="status">{removed !== undefined && <p className="done">{t('deleted', { name: removed })}</p>}</div>
      {route.at === 'users' && <UsersPage own={own} listed={listed} />}
      {route.at === 'keys' && <KeysPage />}
      {route.at === 'user' && (
        <UserPage
          key={route.id}
          id={route.id}
          own={own}
          name={listed.findListed(route.id)?.username}
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
