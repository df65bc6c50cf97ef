// The account page: the heading, and the account of the signed-in user.

import { RequireSession } from '../shared/require-session.tsx'
import { Account } from './account.tsx'
import { t } from './i18n.ts'

export function AccountPage() {
  return (
    <>
      <h1 tabIndex={-1}>{t('title')}</h1>
      <RequireSession>{(signedIn) => <Account signedIn={signedIn} />}</RequireSession>
    </>
  )
}
