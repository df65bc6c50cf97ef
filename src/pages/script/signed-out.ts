// Signs out where the page has found that somebody still is signed in.

import { createClient } from '../../client/index.ts'
import type { SignedOutTexts } from '../signed-out-texts.ts'
import { tellProgress } from './form.ts'
import { element, texts } from './known.ts'
import { followState } from './state.ts'

export function signedOut(): void {
  const client = createClient()
  // Another tab has signed in.
  client.on('signed-in', () => void state.lookAgain())
  const state = followState(() => !leaving)
  const button = document.querySelector<HTMLButtonElement>('#sign-out')
  let leaving = false
  if (button === null) return
  const { signOutFailed, sending } = texts as unknown as SignedOutTexts

  async function signOut(): Promise<void> {
    if (leaving) return
    leaving = true
    button?.setAttribute('aria-disabled', 'true')
    element('problem').hidden = true
    tellProgress(sending)
    try {
      await client.logout()
      location.reload()
    } catch {
      leaving = false
      button?.removeAttribute('aria-disabled')
      tellProgress('')
      const problem = element('problem')
      problem.textContent = signOutFailed
      problem.hidden = false
      button?.focus()
    }
  }

  button.addEventListener('click', () => void signOut())
  button.disabled = false
}
