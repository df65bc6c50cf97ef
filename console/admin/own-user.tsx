// The reader: nobody locks themselves out by a slip here.

import { say } from './say.ts'
import { UserFacts } from './user-facts.tsx'
import type { UserRecord } from './users.ts'

export function OwnUser({ user }: { readonly user: UserRecord }) {
  return (
    <UserFacts user={user}>
      <p className="note">
        {say('ownText')} <a href="/account">{say('toAccount')}</a>
      </p>
    </UserFacts>
  )
}
