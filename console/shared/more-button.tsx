// Reads on, where a list has more pages.

import { Button } from '@mantine/core'
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
      <Button variant="default" aria-disabled={busy} onClick={() => void run(onMore)}>
        {busy ? reading : say(failure === undefined ? 'more' : 'tryAgain')}
      </Button>
      <Outcome failure={failure} />
    </div>
  )
}
