// The DBSC registration header of a sign-in: a supporting browser then binds the sign-in to its device (Device Bound Session
// Credentials).

import type { SignInResult } from '../engine/issue-credentials.ts'

export const DBSC_REGISTRATION_HEADER = 'secure-session-registration'
export const DBSC_REGISTRATION_PATH = '/access/device/register'

/** Undefined for a sign-in that is not to be bound. */
export function dbscRegistrationHeader({ deviceChallenge: challenge }: Pick<SignInResult, 'deviceChallenge'>): string | undefined {
  return challenge && `(ES256);path="${DBSC_REGISTRATION_PATH}";challenge="${challenge}"`
}
