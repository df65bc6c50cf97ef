// The script of the pages: submits the forms, and continues where the user is already signed in.

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

// Links to another language and to the other form keep the fragment of the return URL.
if (fragment !== '') for (const link of document.querySelectorAll<HTMLAnchorElement>('.top nav a, .other a')) link.hash = fragment
if (page === 'sign-in') signIn()
else if (page === 'register' && document.getElementById('form') !== null) register()
else if (page === 'signed-out') initSignedOutPage()

function signIn(): void {
  const client = createClient()
  for (const link of document.querySelectorAll<HTMLAnchorElement>('#signed-in [data-continue]')) link.href = returnUrl
  initForm(async (values) => {
    await client.login(values)
    if (isAfterCompromise()) await showCompromiseNotice(client)
    else redirectToReturnUrl()
  })
  void continueIfSignedIn(client)
  watchSignInState(() => isUntouched('sign-in-form'), hideNotice)
}

/** The form is shown and empty. */
function isUntouched(formSection: string): boolean {
  return (
    !element(formSection).hidden && element<HTMLInputElement>('username').value === '' && element<HTMLInputElement>('password').value === ''
  )
}

/** Hides the notice, which no longer applies. */
function hideNotice(): void {
  const notice = document.getElementById('notice')
  if (notice) notice.hidden = true
}

function register(): void {
  const client = createClient()
  initForm(async (values) => {
    await client.register(values)
    redirectToReturnUrl()
  })
  watchSignInState(() => isUntouched('registration-form'), hideNotice)
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
