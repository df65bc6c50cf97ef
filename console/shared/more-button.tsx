// Reads on, where a list has more pages.

import { ActionButton } from './action-button.tsx'
import { FormStatus } from './form-status.tsx'
import { t } from './i18n.ts'
import { useAction } from './use-action.ts'

interface MoreButtonProps {
  readonly onMore: () => Promise<void>
  /** What is said while it is read. */
  readonly loadingText?: string
}

export function MoreButton({ onMore, loadingText = t('loadingMore') }: MoreButtonProps) {
  const { busy, failure, run } = useAction()
  return (
    <div className="more">
      <ActionButton variant="default" busy={busy} onClick={() => void run(onMore)}>
        {busy ? loadingText : t(failure === undefined ? 'more' : 'tryAgain')}
      </ActionButton>
      <FormStatus failure={failure} />
    </div>
  )
}
