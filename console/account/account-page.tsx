// The account page: asks who is there, and shows what is theirs, or nothing personal at all.

import { Failure } from './failure.tsx'
import { MyAccount } from './my-account.tsx'
import { say } from './say.ts'
import { usePresence } from './use-presence.ts'
import { Waiting } from './waiting.tsx'

export function AccountPage() {
  const [presence, ask] = usePresence()
  return (
    <>
      <h1 tabIndex={-1}>{say('title')}</h1>
      {presence.status === 'asking' && <Waiting text="loadingWho" />}
      {presence.status === 'failed' && <Failure text="failedWho" error={presence.error} again={ask} />}
      {presence.status === 'leaving' && <p role="status">{say('leaving')}</p>}
      {/* Nothing typed for one user may be left on the screen of another. */}
      {presence.status === 'here' && <MyAccount key={presence.who.user.code} who={presence.who} />}
    </>
  )
}
