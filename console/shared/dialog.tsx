// A dialog that works under a policy without inline styles: locking the scroll would bring a style element of its own.

import { Modal } from '@mantine/core'
import type { KeyboardEvent, ReactNode } from 'react'
import { t } from './i18n.ts'

const USUAL = 200
const ABOVE = 300

interface DialogProps {
  readonly opened: boolean
  readonly onClose: () => void
  readonly title: string
  /** Over another dialog that may be open. */
  readonly isAbove?: boolean
  readonly children: ReactNode
}

export function Dialog({ opened, onClose, title, isAbove = false, children }: DialogProps) {
  // The kit listens to the whole window, where one Escape would close every dialog that is open.
  const closeOnEscape = ({ key, nativeEvent }: KeyboardEvent) => {
    if (key === 'Escape' && !nativeEvent.isComposing) onClose()
  }
  return (
    <Modal.Root
      opened={opened}
      onClose={onClose}
      lockScroll={false}
      centered
      transitionProps={{ duration: 0 }}
      closeOnEscape={false}
      onKeyDown={closeOnEscape}
      zIndex={isAbove ? ABOVE : USUAL}
    >
      <Modal.Overlay />
      <Modal.Content>
        {/* The head of a dialog is not the banner of the page. */}
        <Modal.Header role="presentation">
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t('close')} />
        </Modal.Header>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
