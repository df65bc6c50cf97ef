// A confirmation dialog. On failure it stays open and shows the error.

import { Button } from '@mantine/core'
import { ActionButton } from './action-button.tsx'
import { Dialog } from './dialog.tsx'
import { FormStatus } from './form-status.tsx'
import { t } from './i18n.ts'
import { useAction } from './use-action.ts'

interface ConfirmProps {
  readonly opened: boolean
  readonly onClose: () => void
  readonly title: string
  readonly text: string
  readonly button: string
  readonly act: () => Promise<void>
  /** Called after success, when the dialog is closed. */
  readonly onDone?: () => void
}

export function Confirm({ opened, onClose, title, text, button, act, onDone }: ConfirmProps) {
  const { busy, failure, failed, run } = useAction()

  function close() {
    failed(undefined)
    onClose()
  }

  async function confirm() {
    if (!(await run(act))) return
    close()
    onDone?.()
  }

  return (
    <Dialog opened={opened} onClose={close} title={title}>
      <p>{text}</p>
      <FormStatus failure={failure} />
      <div className="actions end">
        <Button variant="default" onClick={close} data-autofocus>
          {t('cancel')}
        </Button>
        <ActionButton color="red" busy={busy} onClick={() => void confirm()}>
          {button}
        </ActionButton>
      </div>
    </Dialog>
  )
}
