// The offer that goes out with a sign-in: a browser that can answers it by binding the sign-in to its device (Device Bound Session
// Credentials).

import type { SignedIn } from '../engine/issue.ts'

export const OFFER_HEADER = 'secure-session-registration'
export const REGISTRATION_PATH = '/access/device/register'

/** Undefined for a sign-in that is not to be bound. */
export function offerToBind({ deviceChallenge: challenge }: Pick<SignedIn, 'deviceChallenge'>): string | undefined {
  return challenge && `(ES256);path="${REGISTRATION_PATH}";challenge="${challenge}"`
}
