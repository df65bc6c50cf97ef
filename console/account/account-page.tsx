// The account page: its heading, and under it all that is somebody's own.

import { RequireSession } from '../shared/require-session.tsx'
import { Account } from './account.tsx'
import { t } from './i18n.ts'

export function AccountPage() {
  return (
    <>
      <h1 tabIndex={-1}>{t('title')}</h1>
      <RequireSession>{(who) => <Account who={who} />}</RequireSession>
    </>
  )
}
