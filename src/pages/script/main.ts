// The script of the pages: it sends the forms, and goes on where somebody is signed in already.

import { createClient } from '../../client/index.ts'
import '../pages.css'
import { continueIfSignedIn, redirectToReturnUrl } from './auto-continue.ts'
import { showCompromiseNotice } from './compromise-notice.ts'
import { initForm } from './form.ts'
import { isAfterCompromise } from './notice.ts'
import { element, fragment, page, returnUrl, t, wordsFile } from './page-data.ts'
import { watchSignInState } from './sign-in-state.ts'
import { initSignedOutPage } from './signed-out.ts'
import { loadWords, strengthOf } from './strength.ts'

// The same in another language, and the other way in, go on to the same place.
if (fragment !== '') for (const link of document.querySelectorAll<HTMLAnchorElement>('.top nav a, .other a')) link.hash = fragment
if (page === 'sign-in') signIn()
else if (page === 'register' && document.getElementById('form') !== null) register()
else if (page === 'signed-out') initSignedOutPage()

function signIn(): void {
  const client = createClient()
  for (const link of document.querySelectorAll<HTMLAnchorElement>('#known [data-go]')) link.href = returnUrl
  initForm(async (typed) => {
    await client.login(typed)
    if (isAfterCompromise()) await showCompromiseNotice(client)
    else redirectToReturnUrl()
  })
  void continueIfSignedIn(client)
  watchSignInState(isUntouched, hideNotice)
}

/** Nothing is typed, and what stands instead of the form after a sign-in is not there. */
function isUntouched(): boolean {
  return !element('ask').hidden && element<HTMLInputElement>('username').value === '' && element<HTMLInputElement>('password').value === ''
}

/** What it says is no longer so. */
function hideNotice(): void {
  const notice = document.getElementById('notice')
  if (notice) notice.hidden = true
}

function register(): void {
  const client = createClient()
  initForm(async (typed) => {
    await client.register(typed)
    redirectToReturnUrl()
  })
  watchSignInState(isUntouched, hideNotice)
  const username = element<HTMLInputElement>('username')
  const password = element<HTMLInputElement>('password')
  const meter = element<HTMLMeterElement>('strength')
  const strengthText = element('strength-text')
  const hint = async () => {
    const words = await loadWords(wordsFile)
    if (words === undefined) return
    const strength = strengthOf(password.value, ['latchkey', location.origin, username.value], words)
    meter.value = strength
    meter.dataset.grade = String(strength)
    strengthText.textContent = password.value === '' ? '' : t(`strength${strength}`)
  }
  password.addEventListener('focus', () => void loadWords(wordsFile), { once: true })
  password.addEventListener('input', () => void hint())
}
