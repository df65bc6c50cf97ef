// Whoever is signed in already goes on without typing anything: a session lives, or the browser remembers a login.

import type { Client } from '../../client/index.ts'
import { WENT_ON_STORAGE_KEY } from '../../domain/persisted-names.ts'
import { tellProgress } from './form.ts'
import { element, mayBeSignedIn, returnAddress, say } from './known.ts'
import { showNotice } from './notice.ts'

/** Coming back within this many milliseconds means that going on leads in a circle. */
const CIRCLE = 15_000

export async function goOnIfSignedIn(client: Client): Promise<void> {
  if (!mayBeSignedIn) return
  client.on('signed-out', ({ reason }) => showNotice(reason))
  tellProgress(say('checking'))
  // Without an answer there is still the form.
  const signedIn = await client.session().catch(() => null)
  tellProgress('')
  if (signedIn === null) return
  if (goesInCircles()) offerToGoOn(signedIn.user.username)
  else goOn()
}

export function goOn(): void {
  location.replace(returnAddress)
}

function goesInCircles(): boolean {
  const last = Number(sessionStorage.getItem(WENT_ON_STORAGE_KEY) ?? 0)
  sessionStorage.setItem(WENT_ON_STORAGE_KEY, String(Date.now()))
  return Date.now() - last < CIRCLE
}

function offerToGoOn(name: string): void {
  const known = element('known')
  const heading = known.querySelector<HTMLElement>('h1')
  element('ask').hidden = true
  known.hidden = false
  if (heading) heading.textContent = say('signedIn', { name })
  heading?.focus()
  element('other-user').addEventListener('click', () => {
    known.hidden = true
    element('ask').hidden = false
    element('username').focus()
  })
}
