// Asks before something that cannot be taken back; stays open, and says why, when it fails.

import { Button } from '@mantine/core'
import { Dialog } from './dialog.tsx'
import { Outcome } from './outcome.tsx'
import { say, type TextKey } from './say.ts'
import { useAction } from './use-action.ts'

interface ConfirmProps {
  readonly opened: boolean
  readonly onClose: () => void
  readonly title: TextKey
  readonly text: TextKey
  readonly button: TextKey
  readonly act: () => Promise<void>
}

export function Confirm({ opened, onClose, title, text, button, act }: ConfirmProps) {
  const { busy, failure, failed, run } = useAction()

  function close() {
    failed(undefined)
    onClose()
  }

  return (
    <Dialog opened={opened} onClose={close} title={say(title)}>
      <p>{say(text)}</p>
      <Outcome failure={failure} />
      <div className="actions end">
        <Button variant="default" onClick={close} data-autofocus>
          {say('cancel')}
        </Button>
        <Button color="red" loading={busy} onClick={() => void run(act).then((well) => well && close())}>
          {say(button)}
        </Button>
      </div>
    </Dialog>
  )
}
