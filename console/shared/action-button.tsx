// A button for an asynchronous action. While busy it is aria-disabled, since a disabled button loses the focus.

import { Button, type ButtonProps } from '@mantine/core'
import type { ComponentPropsWithRef } from 'react'

interface ActionButtonProps extends ButtonProps, Omit<ComponentPropsWithRef<'button'>, keyof ButtonProps> {
  readonly busy: boolean
}

export function ActionButton({ busy, ...rest }: ActionButtonProps) {
  return <Button {...rest} aria-disabled={busy} />
}
