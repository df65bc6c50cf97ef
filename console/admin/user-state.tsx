// Whether a user is disabled, as text and not by colour alone.

import { Badge } from '@mantine/core'
import { t } from './i18n.ts'
import type { UserRecord } from './users.ts'

export function UserState({ user: { disabled } }: { readonly user: UserRecord }) {
  return disabled ? (
    <Badge variant="light" color="red" tt="none">
      {t('disabled')}
    </Badge>
  ) : (
    <span className="soft">{t('enabled')}</span>
  )
}
