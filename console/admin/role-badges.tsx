// A badge for each role.

import { Badge } from '@mantine/core'
import { t } from './i18n.ts'

export function RoleBadges({ roles }: { readonly roles: readonly string[] }) {
  if (roles.length === 0) return <span className="soft">{t('withoutRoles')}</span>
  return (
    <span className="badges">
      {roles.map((role) => (
        <Badge key={role} variant="default" tt="none">
          {role}
        </Badge>
      ))}
    </span>
  )
}
