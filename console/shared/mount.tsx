// Mounts a React page into the HTML that the server sends.

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
    // Colours and sizes come from our style sheet, so that Mantine adds no style element, which the CSP would block.
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce} withCssVariables={false} withGlobalClasses={false}>
      {page}
    </MantineProvider>,
  )
}
