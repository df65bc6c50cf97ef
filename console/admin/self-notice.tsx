// The details of the signed-in administrator. It has no actions, so that administrators cannot lock themselves out by mistake.

import { t } from './i18n.ts'
import { UserDetails } from './user-details.tsx'
import type { UserRecord } from './users.ts'

export function SelfNotice({ user }: { readonly user: UserRecord }) {
  return (
    <UserDetails user={user}>
      <p className="note">
        {t('ownText')} <a href="/account">{t('toAccount')}</a>
      </p>
    </UserDetails>
  )
}
