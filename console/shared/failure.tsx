// Shows what could not be loaded and why, with a button to try again.

import { Button } from '@mantine/core'
import { failureText } from './failure-text.ts'
import { t } from './i18n.ts'

export function Failure({
  text,
  error,
  onRetry,
}: {
  readonly text: string
  readonly error: unknown
  readonly onRetry: () => Promise<void>
}) {
  return (
    <div className="failure" role="alert">
      <p>
        <strong>{text}</strong> {failureText(error)}
      </p>
      <Button variant="default" onClick={() => void onRetry()}>
        {t('tryAgain')}
      </Button>
    </div>
  )
}
