// A dialog that works under a policy without inline styles: locking the scroll would bring a style element of its own.

import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { say } from './say.ts'

interface DialogProps {
  readonly opened: boolean
  readonly onClose: () => void
  readonly title: string
  readonly children: ReactNode
}

export function Dialog({ opened, onClose, title, children }: DialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      lockScroll={false}
      centered
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': say('close') }}
    >
      {children}
    </Modal>
  )
}
