// Draws the account page into the main part of what the server sends.

import './styles.ts'
import { createTheme, MantineProvider } from '@mantine/core'
import { createRoot } from 'react-dom/client'
import { AccountPage } from './account-page.tsx'

const place = document.getElementById('content')
const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce ?? ''
const theme = createTheme({ primaryColor: 'teal', fontFamily: 'inherit', cursorType: 'pointer' })

if (place !== null)
  createRoot(place).render(
    // Colours and sizes come from our style sheet: no style element is written while the page runs, so none has to be trusted.
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce} withCssVariables={false} withGlobalClasses={false}>
      <AccountPage />
    </MantineProvider>,
  )
