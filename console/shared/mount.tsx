// Draws a page of the console into the main part of what the server sends.

import './styles.ts'
import { createTheme, MantineProvider } from '@mantine/core'
import type { ReactNode } from 'react'
import { createRoot } from 'react-dom/client'

const theme = createTheme({ primaryColor: 'teal', fontFamily: 'inherit', cursorType: 'pointer' })

export function mount(page: ReactNode): void {
  const container = document.getElementById('content')
  const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce ?? ''
  if (container === null) return
  createRoot(container).render(
    // Colours and sizes come from our style sheet: no style element is written while the page runs, so none has to be trusted.
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce} withCssVariables={false} withGlobalClasses={false}>
      {page}
    </MantineProvider>,
  )
}
