// Reads on, where a list has more pages.

import { ActionButton } from './action-button.tsx'
import { Outcome } from './outcome.tsx'
import { say } from './say.ts'
import { useAction } from './use-action.ts'

interface MoreButtonProps {
  readonly onMore: () => Promise<void>
  /** What is said while it is read. */
  readonly reading?: string
}

export function MoreButton({ onMore, reading = say('loadingMore') }: MoreButtonProps) {
  const { busy, failure, run } = useAction()
  return (
    <div className="more">
      <ActionButton variant="default" busy={busy} onClick={() => void run(onMore)}>
        {busy ? reading : say(failure === undefined ? 'more' : 'tryAgain')}
      </ActionButton>
      <Outcome failure={failure} />
    </div>
  )
}
