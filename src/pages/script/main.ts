// The script of the pages: it sends the forms, and goes on where somebody is signed in already.

import { createClient } from '../../client/index.ts'
import '../pages.css'
import { goOn, goOnIfSignedIn } from './already.ts'
import { prepareForm } from './form.ts'
import { element, fragment, page, returnAddress, say, wordsFile } from './known.ts'
import { isAfterAlarm } from './notice.ts'
import { signedOut } from './signed-out.ts'
import { followState } from './state.ts'
import { loadWords, strengthOf } from './strength.ts'
import { showTheft } from './theft.ts'

// The same in another language, and the other way in, go on to the same place.
if (fragment !== '') for (const link of document.querySelectorAll<HTMLAnchorElement>('.top nav a, .other a')) link.hash = fragment
if (page === 'sign-in') signIn()
else if (page === 'register' && document.getElementById('form') !== null) register()
else if (page === 'signed-out') signedOut()

function signIn(): void {
  const client = createClient()
  for (const link of document.querySelectorAll<HTMLAnchorElement>('#known [data-go]')) link.href = returnAddress
  prepareForm(async (typed) => {
    await client.login(typed)
    if (isAfterAlarm()) await showTheft(client)
    else goOn()
  })
  void goOnIfSignedIn(client)
  followState(isUntouched, hideNotice)
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
  prepareForm(async (typed) => {
    await client.register(typed)
    goOn()
  })
  followState(isUntouched, hideNotice)
  const username = element<HTMLInputElement>('username')
  const password = element<HTMLInputElement>('password')
  const meter = element<HTMLMeterElement>('strength')
  const told = element('strength-text')
  const hint = async () => {
    const words = await loadWords(wordsFile)
    if (words === undefined) return
    const strength = strengthOf(password.value, ['latchkey', location.origin, username.value], words)
    meter.value = strength
    meter.dataset.grade = String(strength)
    told.textContent = password.value === '' ? '' : say(`strength${strength}`)
  }
  password.addEventListener('focus', () => void loadWords(wordsFile), { once: true })
  password.addEventListener('input', () => void hint())
}
