// One lineage in a list: the device, when it was used, and the button that revokes it.

import { Badge } from '@mantine/core'
import { ActionButton } from './action-button.tsx'
import { formatUserAgent } from './client-info-text.ts'
import { t } from './i18n.ts'
import { lineageText } from './lineage-text.ts'
import type { Lineage } from './lineages.ts'

interface LineageItemProps {
  readonly lineage: Lineage
  /** The id of the lineage that is being revoked, if any. */
  readonly revoking: string | undefined
  readonly onRevoke: (lineage: Lineage) => void
  /** For the current one, where it may be listed. */
  readonly onSignOut?: () => void
}

export function LineageItem({ lineage, revoking, onRevoke, onSignOut }: LineageItemProps) {
  const { id, kind, current, bound, sessions, userAgent } = lineage
  const isRememberMe = kind === 'remember_me'
  return (
    <li className={current ? 'lineage current' : 'lineage'}>
      <div className="entry">
        <div>
          <h3>
            {formatUserAgent(userAgent)}
            {current && <LineageBadge text={t('currentDevice')} />}
            {bound && <LineageBadge text={t('bound')} title={t('boundWhy')} />}
          </h3>
          <p className="soft sentence">{lineageText(lineage)}</p>
          {isRememberMe && sessions === 0 && <p className="soft sentence">{t('noSessions')}</p>}
        </div>
        <RevokeButton
          lineage={lineage}
          isOwn={current}
          busy={revoking === id}
          onClick={() => (current ? onSignOut?.() : onRevoke(lineage))}
        />
      </div>
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

interface RevokeButtonProps {
  readonly lineage: Lineage
  readonly isOwn: boolean
  readonly busy: boolean
  readonly onClick: () => void
}

function RevokeButton({ lineage: { kind, userAgent }, isOwn, busy, onClick }: RevokeButtonProps) {
  const name = `${t(kind)}, ${formatUserAgent(userAgent)}`
  return (
    <ActionButton variant="default" size="xs" busy={busy} onClick={onClick} aria-label={isOwn ? undefined : t('revokeNamed', { name })}>
      {t(isOwn ? 'signOut' : 'revoke')}
    </ActionButton>
  )
}
