// Whether somebody may sign in, in a word and not by colour alone.

import { Badge } from '@mantine/core'
import { say } from './say.ts'
import type { UserRecord } from './users.ts'

export function UserState({ user: { disabled } }: { readonly user: UserRecord }) {
  return disabled ? (
    <Badge variant="light" color="red" tt="none">
      {say('locked')}
    </Badge>
  ) : (
    <span className="soft">{say('notLocked')}</span>
  )
}
