// A button for what takes a while. It keeps the focus meanwhile, which a disabled one would lose.

import { Button, type ButtonProps } from '@mantine/core'
import type { ComponentPropsWithRef } from 'react'

interface ActionButtonProps extends ButtonProps, Omit<ComponentPropsWithRef<'button'>, keyof ButtonProps> {
  readonly busy: boolean
}

export function ActionButton({ busy, ...rest }: ActionButtonProps) {
  return <Button {...rest} aria-disabled={busy} />
}
