// One lineage: a remembered login with its sessions under it, or a session that stands alone.

import { Badge } from '@mantine/core'
import { ActionButton } from './action-button.tsx'
import { sayDevice } from './device-text.ts'
import { sayRemembered, saySession } from './lineage-text.ts'
import type { Lineage, Listed } from './lineages.ts'
import { say } from './say.ts'

interface LineageItemProps {
  readonly lineage: Lineage
  /** The one that is being ended, if any. */
  readonly ending: string | undefined
  readonly onEnd: (listed: Listed) => void
  /** Where the one in use here may be listed. */
  readonly onSignOut?: () => void
}

export function LineageItem({ lineage: { root, sessions, current }, ending, onEnd, onSignOut }: LineageItemProps) {
  const way = (listed: Listed, isOwn: boolean) => (
    <WayOut listed={listed} isOwn={isOwn} busy={ending === listed.id} onEnd={() => (isOwn ? onSignOut?.() : onEnd(listed))} />
  )
  const isRemembered = root.kind === 'remember_me'
  return (
    <li className={current ? 'lineage current' : 'lineage'}>
      <div className="entry">
        <div>
          <h3>
            {sayDevice(root.userAgent)}
            {current && <Mark text={say(isRemembered ? 'currentDevice' : 'current')} />}
            {root.bound && <Mark text={say('bound')} title={say('boundWhy')} />}
          </h3>
          <p className="soft sentence">{isRemembered ? sayRemembered(root) : saySession(root, undefined)}</p>
          {isRemembered && sessions.length === 0 && <p className="soft sentence">{say('noSessionOpen')}</p>}
        </div>
        {way(root, current)}
      </div>
      {sessions.length > 0 && (
        <ul className="sessions">
          {sessions.map((session) => (
            <li key={session.id} className="entry">
              <div>
                <h4>
                  {sayDevice(session.userAgent)}
                  {session.current && <Mark text={say('current')} />}
                </h4>
                <p className="soft sentence">{saySession(session, root)}</p>
              </div>
              {!session.current && way(session, false)}
            </li>
          ))}
        </ul>
      )}
    </li>
  )
}

function Mark({ text, title }: { readonly text: string; readonly title?: string }) {
  return (
    <Badge variant="light" tt="none" ml={8} {...(title !== undefined && { title, color: 'teal' })}>
      {text}
    </Badge>
  )
}

interface WayOutProps {
  readonly listed: Listed
  readonly isOwn: boolean
  readonly busy: boolean
  readonly onEnd: () => void
}

function WayOut({ listed, isOwn, busy, onEnd }: WayOutProps) {
  const what = `${say(listed.kind)}, ${sayDevice(listed.userAgent)}`
  return (
    <ActionButton variant="default" size="xs" busy={busy} onClick={onEnd} aria-label={isOwn ? undefined : say('endNamed', { what })}>
      {say(isOwn ? 'signOut' : 'end')}
    </ActionButton>
  )
}
