// The current use of a signing key.

import { Badge } from '@mantine/core'
import { t } from './i18n.ts'

export function KeyUse({ use }: { readonly use: string }) {
  if (use === 'signs')
    return (
      <Badge variant="light" tt="none">
        {t('signs')}
      </Badge>
    )
  return <span className="soft">{use === 'next' || use === 'retired' ? t(use) : use}</span>
}
