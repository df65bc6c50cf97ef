// Says what could not be read and why, and lets the reader try again.

import { Button } from '@mantine/core'
import { failureText } from './failure-text.ts'
import { say } from './say.ts'

export function Failure({ text, error, again }: { readonly text: string; readonly error: unknown; readonly again: () => Promise<void> }) {
  return (
    <div className="failure" role="alert">
      <p>
        <strong>{text}</strong> {failureText(error)}
      </p>
      <Button variant="default" onClick={() => void again()}>
        {say('tryAgain')}
      </Button>
    </div>
  )
}
