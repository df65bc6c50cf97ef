// The account page: its heading, and under it all that is somebody's own.

import { Present } from '../shared/present.tsx'
import { MyAccount } from './my-account.tsx'
import { say } from './say.ts'

export function AccountPage() {
  return (
    <>
      <h1 tabIndex={-1}>{say('title')}</h1>
      <Present>{(who) => <MyAccount who={who} />}</Present>
    </>
  )
}
