// Reasons for a sign-in, as the API and the client name them; `fresh` is set by our own pages.

import type { Texts } from './texts.ts'

const REASON_TEXT_KEYS: Readonly<Record<string, keyof Texts>> = {
  idle: 'noticeIdle',
  expired: 'noticeExpired',
  revoked: 'noticeRevoked',
  theft_suspected: 'noticeCompromise',
  device: 'noticeDevice',
  fresh: 'noticeFresh',
}

/** The text key of a reason; undefined for a reason without a text. */
export function reasonTextKey(reason: string): keyof Texts | undefined {
  return Object.hasOwn(REASON_TEXT_KEYS, reason) ? REASON_TEXT_KEYS[reason] : undefined
}

export function isCompromise(reason: string): boolean {
  return reason === 'theft_suspected'
}
