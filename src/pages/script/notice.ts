// Why somebody is asked to sign in again.

import type { Texts } from '../texts.ts'
import { element, say, reason as toldByAddress } from './known.ts'

const NOTICES: Readonly<Record<string, keyof Texts>> = {
  idle: 'noticeIdle',
  expired: 'noticeExpired',
  revoked: 'noticeRevoked',
  theft_suspected: 'noticeTheft',
}

let current = toldByAddress

export function showNotice(reason: string): void {
  const text = NOTICES[reason]
  if (text === undefined) return
  current = reason
  const notice = element('notice')
  notice.textContent = say(text)
  notice.classList.toggle('alarm', isAlarm())
  notice.hidden = false
}

export function isAlarm(): boolean {
  return current === 'theft_suspected'
}
