// Continues without a password where the user is already signed in, by a session or a remember-me login.

import type { Client } from '../../client/index.ts'
import { AUTO_CONTINUE_STORAGE_KEY } from '../../domain/persisted-names.ts'
import { showProgress } from './form.ts'
import { showNotice } from './notice.ts'
import { element, hasSignInCookie, returnUrl, t } from './page-data.ts'

/** Returning to this page within this many milliseconds means a redirect loop. */
const REDIRECT_LOOP_MS = 15_000

export async function continueIfSignedIn(client: Client): Promise<void> {
  if (!hasSignInCookie) return
  client.on('signed-out', ({ reason }) => showNotice(reason))
  showProgress(t('checking'))
  // Without a response the form stays.
  const signedIn = await client.session().catch(() => null)
  showProgress('')
  if (signedIn === null) return
  if (isRedirectLoop()) showSignedInPanel(signedIn.user.username)
  else redirectToReturnUrl()
}

export function redirectToReturnUrl(): void {
  location.replace(returnUrl)
}

function isRedirectLoop(): boolean {
  const last = Number(sessionStorage.getItem(AUTO_CONTINUE_STORAGE_KEY) ?? 0)
  sessionStorage.setItem(AUTO_CONTINUE_STORAGE_KEY, String(Date.now()))
  return Date.now() - last < REDIRECT_LOOP_MS
}

function showSignedInPanel(name: string): void {
  const panel = element('signed-in')
  const heading = panel.querySelector<HTMLElement>('h1')
  element('sign-in-form').hidden = true
  panel.hidden = false
  if (heading) heading.textContent = t('signedIn', { name })
  heading?.focus()
  element('different-user').addEventListener('click', () => {
    panel.hidden = true
    element('sign-in-form').hidden = false
    element('username').focus()
  })
}
