// Who is signed in, since when and until when, and the ways out.

import { Badge, Button } from '@mantine/core'
import type { SignedIn } from '../../src/client/index.ts'
import { ActionButton } from '../shared/action-button.tsx'
import { latchkey } from '../shared/latchkey.ts'
import { Outcome } from '../shared/outcome.tsx'
import { sayDuration, sayMoment } from '../shared/times.ts'
import { useAction } from '../shared/use-action.ts'
import { say } from './say.ts'

interface WhoIAmProps {
  readonly who: SignedIn
  readonly onEndEverything: () => void
}

export function WhoIAm({ who: { user, session }, onEndEverything }: WhoIAmProps) {
  const { busy, failure, run } = useAction()
  return (
    <section className="card" aria-labelledby="who-title">
      <div className="card-head">
        <div className="person">
          <span className="initial" aria-hidden="true">
            {[...user.username][0]?.toLocaleUpperCase()}
          </span>
          <div>
            <h2 id="who-title" className="over">
              {say('whoTitle')}
            </h2>
            <p className="name">{user.username}</p>
          </div>
        </div>
        <div className="actions">
          {user.roles.includes('admin') && <a href="/admin">{say('toAdministration')}</a>}
          <ActionButton busy={busy} onClick={() => void run(async () => void (await latchkey.logout()))}>
            {say('signOut')}
          </ActionButton>
          <Button variant="default" onClick={onEndEverything}>
            {say('signOutEverywhere')}
          </Button>
        </div>
      </div>
      <Outcome failure={failure} />
      <dl className="facts">
        <div>
          <dt>{say('roles')}</dt>
          <dd>{user.roles.length === 0 ? say('noRoles') : user.roles.map((role) => <Role key={role} name={role} />)}</dd>
        </div>
        <div>
          <dt>{say('since')}</dt>
          <dd>
            <time dateTime={session.startedAt}>{sayMoment(session.startedAt)}</time>
          </dd>
        </div>
        <div>
          <dt>{say('rememberedHere')}</dt>
          <dd>{say(session.remembered ? 'isRemembered' : 'isNotRemembered')}</dd>
        </div>
        <div>
          <dt>{say('ends')}</dt>
          <dd>{say('endsWhen', { idle: sayDuration(session.idleTimeout), at: sayMoment(session.expiresAt) })}</dd>
        </div>
      </dl>
    </section>
  )
}

function Role({ name }: { readonly name: string }) {
  return (
    <Badge variant="default" tt="none" mr={6}>
      {name}
    </Badge>
  )
}
