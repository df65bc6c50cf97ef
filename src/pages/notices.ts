// Why somebody is asked to sign in, as the client and the wire contract name it; `fresh` is ours.

import type { Texts } from './texts.ts'

const NOTICES: Readonly<Record<string, keyof Texts>> = {
  idle: 'noticeIdle',
  expired: 'noticeExpired',
  revoked: 'noticeRevoked',
  theft_suspected: 'noticeTheft',
  device: 'noticeDevice',
  fresh: 'noticeFresh',
}

/** The name of the text for a reason; undefined for one that says nothing to people. */
export function noticeFor(reason: string): keyof Texts | undefined {
  return Object.hasOwn(NOTICES, reason) ? NOTICES[reason] : undefined
}

export function isAlarm(reason: string): boolean {
  return reason === 'theft_suspected'
}
