// A dialog without scroll lock, since that adds a style element, which the Content-Security-Policy forbids.

import { Modal } from '@mantine/core'
import type { KeyboardEvent, ReactNode } from 'react'
import { t } from './i18n.ts'

const DEFAULT_Z_INDEX = 200
const ABOVE_Z_INDEX = 300

interface DialogProps {
  readonly opened: boolean
  readonly onClose: () => void
  readonly title: string
  /** Shows it above another open dialog. */
  readonly isAbove?: boolean
  readonly children: ReactNode
}

export function Dialog({ opened, onClose, title, isAbove = false, children }: DialogProps) {
  // Mantine listens on the window, where one Escape would close every open dialog.
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
      zIndex={isAbove ? ABOVE_Z_INDEX : DEFAULT_Z_INDEX}
    >
      <Modal.Overlay />
      <Modal.Content>
        {/* A header element would be a second banner landmark. */}
        <Modal.Header role="presentation">
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t('close')} />
        </Modal.Header>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
