// One lineage: a remembered login with its sessions under it, or a session that stands alone.

import { Badge } from '@mantine/core'
import { ActionButton } from './action-button.tsx'
import { formatUserAgent } from './client-info-text.ts'
import { t } from './i18n.ts'
import { rememberMeText, sessionText } from './lineage-text.ts'
import type { Lineage, Listed } from './lineages.ts'

interface LineageItemProps {
  readonly lineage: Lineage
  /** The one that is being ended, if any. */
  readonly ending: string | undefined
  readonly onEnd: (listed: Listed) => void
  /** Where the one in use here may be listed. */
  readonly onSignOut?: () => void
}

export function LineageItem({ lineage: { root, sessions, current }, ending, onEnd, onSignOut }: LineageItemProps) {
  const endButton = (listed: Listed, isOwn: boolean) => (
    <EndButton listed={listed} isOwn={isOwn} busy={ending === listed.id} onEnd={() => (isOwn ? onSignOut?.() : onEnd(listed))} />
  )
  const isRemembered = root.kind === 'remember_me'
  return (
    <li className={current ? 'lineage current' : 'lineage'}>
      <div className="entry">
        <div>
          <h3>
            {formatUserAgent(root.userAgent)}
            {current && <LineageBadge text={t(isRemembered ? 'currentDevice' : 'current')} />}
            {root.bound && <LineageBadge text={t('bound')} title={t('boundWhy')} />}
          </h3>
          <p className="soft sentence">{isRemembered ? rememberMeText(root) : sessionText(root, undefined)}</p>
          {isRemembered && sessions.length === 0 && <p className="soft sentence">{t('noSessionOpen')}</p>}
        </div>
        {endButton(root, current)}
      </div>
      {sessions.length > 0 && (
        <ul className="sessions">
          {sessions.map((session) => (
            <li key={session.id} className="entry">
              <div>
                <h4>
                  {formatUserAgent(session.userAgent)}
                  {session.current && <LineageBadge text={t('current')} />}
                </h4>
                <p className="soft sentence">{sessionText(session, root)}</p>
              </div>
              {!session.current && endButton(session, false)}
            </li>
          ))}
        </ul>
      )}
    </li>
  )
}

function LineageBadge({ text, title }: { readonly text: string; readonly title?: string }) {
  return (
    <Badge variant="light" tt="none" ml={8} {...(title !== undefined && { title, color: 'teal' })}>
      {text}
    </Badge>
  )
}

interface EndButtonProps {
  readonly listed: Listed
  readonly isOwn: boolean
  readonly busy: boolean
  readonly onEnd: () => void
}

function EndButton({ listed, isOwn, busy, onEnd }: EndButtonProps) {
  const what = `${t(listed.kind)}, ${formatUserAgent(listed.userAgent)}`
  return (
    <ActionButton variant="default" size="xs" busy={busy} onClick={onEnd} aria-label={isOwn ? undefined : t('endNamed', { what })}>
      {t(isOwn ? 'signOut' : 'end')}
    </ActionButton>
  )
}
