// The navigation of the admin page.

import { t } from './i18n.ts'
import type { Route } from './router.ts'

export function Nav({ route: { at } }: { readonly route: Route }) {
  return (
    <nav className="places" aria-label={t('sections')}>
      <strong>{t('title')}</strong>
      <a href="#users" aria-current={at === 'users' ? 'page' : at === 'user' ? 'true' : undefined}>
        {t('users')}
      </a>
      <a href="#keys" aria-current={at === 'keys' ? 'page' : undefined}>
        {t('keys')}
      </a>
      <a href="/account" className="away">
        {t('myAccount')}
      </a>
    </nav>
  )
}
