// A button that loads the next page of a list.

import { ActionButton } from './action-button.tsx'
import { FormStatus } from './form-status.tsx'
import { t } from './i18n.ts'
import { useAction } from './use-action.ts'

interface MoreButtonProps {
  readonly onMore: () => Promise<void>
  /** Shown while the page is loading. */
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
