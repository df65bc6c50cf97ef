// The notice above the form, when the reason for it is only found out in the browser.

import { isAlarm, noticeFor } from '../notices.ts'
import { element, say, reason as toldByAddress } from './known.ts'

let current = toldByAddress

export function showNotice(reason: string): void {
  const text = noticeFor(reason)
  if (text === undefined) return
  current = reason
  const notice = element('notice')
  notice.textContent = say(text)
  notice.classList.toggle('alarm', isAlarm(reason))
  notice.hidden = false
}

/** Whether somebody signs in after an alarm. */
export function isAfterAlarm(): boolean {
  return isAlarm(current)
}
