// Whoever is signed in already goes on without typing anything: a session lives, or the browser remembers a login.

import type { Client } from '../../client/index.ts'
import { WENT_ON_STORAGE_KEY } from '../../domain/persisted-names.ts'
import { showProgress } from './form.ts'
import { showNotice } from './notice.ts'
import { element, hasSessionCookie, returnUrl, t } from './page-data.ts'

/** Coming back within this many milliseconds means that going on leads in a circle. */
const REDIRECT_LOOP_MS = 15_000

export async function continueIfSignedIn(client: Client): Promise<void> {
  if (!hasSessionCookie) return
  client.on('signed-out', ({ reason }) => showNotice(reason))
  showProgress(t('checking'))
  // Without an answer there is still the form.
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
  const last = Number(sessionStorage.getItem(WENT_ON_STORAGE_KEY) ?? 0)
  sessionStorage.setItem(WENT_ON_STORAGE_KEY, String(Date.now()))
  return Date.now() - last < REDIRECT_LOOP_MS
}

function showSignedInPanel(name: string): void {
  const panel = element('known')
  const heading = panel.querySelector<HTMLElement>('h1')
  element('ask').hidden = true
  panel.hidden = false
  if (heading) heading.textContent = t('signedIn', { name })
  heading?.focus()
  element('other-user').addEventListener('click', () => {
    panel.hidden = true
    element('ask').hidden = false
    element('username').focus()
  })
}
