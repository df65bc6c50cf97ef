// The notice above the form, for a reason that is found in the browser.

import { isCompromise, reasonTextKey } from '../sign-in-reasons.ts'
import { element, reason as reasonFromUrl, t } from './page-data.ts'

let current = reasonFromUrl

export function showNotice(reason: string): void {
  const text = reasonTextKey(reason)
  if (text === undefined) return
  current = reason
  const notice = element('notice')
  notice.textContent = t(text)
  notice.classList.toggle('alarm', isCompromise(reason))
  notice.hidden = false
}

/** Whether the sign-in follows a compromise. */
export function isAfterCompromise(): boolean {
  return isCompromise(current)
}
