// Reads on, further back in the record.

import { Button } from '@mantine/core'
import { Outcome } from './outcome.tsx'
import { say } from './say.ts'
import { useAction } from './use-action.ts'

export function MoreButton({ onMore }: { readonly onMore: () => Promise<void> }) {
  const { busy, failure, run } = useAction()
  return (
    <div className="more">
      <Button variant="default" aria-disabled={busy} onClick={() => void run(onMore)}>
        {say(busy ? 'loadingMore' : failure === undefined ? 'more' : 'tryAgain')}
      </Button>
      <Outcome failure={failure} />
    </div>
  )
}
