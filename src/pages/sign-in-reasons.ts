// Why somebody is asked to sign in, as the client and the wire contract name it; `fresh` is ours.

import type { Texts } from './texts.ts'

const REASON_TEXT_KEYS: Readonly<Record<string, keyof Texts>> = {
  idle: 'noticeIdle',
  expired: 'noticeExpired',
  revoked: 'noticeRevoked',
  theft_suspected: 'noticeTheft',
  device: 'noticeDevice',
  fresh: 'noticeFresh',
}

/** The name of the text for a reason; undefined for one that says nothing to people. */
export function reasonTextKey(reason: string): keyof Texts | undefined {
  return Object.hasOwn(REASON_TEXT_KEYS, reason) ? REASON_TEXT_KEYS[reason] : undefined
}

export function isCompromise(reason: string): boolean {
  return reason === 'theft_suspected'
}
