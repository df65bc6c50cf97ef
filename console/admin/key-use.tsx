// What a signing key is for at present.

import { Badge } from '@mantine/core'
import { say } from './say.ts'

export function KeyUse({ use }: { readonly use: string }) {
  if (use === 'signs')
    return (
      <Badge variant="light" tt="none">
        {say('signs')}
      </Badge>
    )
  return <span className="soft">{use === 'next' || use === 'retired' ? say(use) : use}</span>
}
