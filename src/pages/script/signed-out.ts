// The sign-out button of the signed-out page, for a user who is still signed in.

import { createClient } from '../../client/index.ts'
import type { SignedOutTexts } from '../signed-out-texts.ts'
import { showProgress } from './form.ts'
import { element, texts } from './page-data.ts'
import { watchSignInState } from './sign-in-state.ts'

export function initSignedOutPage(): void {
  const client = createClient()
  // Another tab may sign in.
  client.on('signed-in', () => void state.refresh())
  const state = watchSignInState(() => !isSigningOut)
  const button = document.querySelector<HTMLButtonElement>('#sign-out')
  let isSigningOut = false
  if (button === null) return
  const { signOutFailed, sending } = texts as unknown as SignedOutTexts

  async function signOut(): Promise<void> {
    if (isSigningOut) return
    isSigningOut = true
    button?.setAttribute('aria-disabled', 'true')
    element('problem').hidden = true
    showProgress(sending)
    try {
      await client.logout()
      location.reload()
    } catch {
      isSigningOut = false
      button?.removeAttribute('aria-disabled')
      showProgress('')
      const problem = element('problem')
      problem.textContent = signOutFailed
      problem.hidden = false
      button?.focus()
    }
  }

  button.addEventListener('click', () => void signOut())
  button.disabled = false
}
