// The URL that a page goes to after a sign-out.

import type { SignedOutReason } from '../../src/client/index.ts'

export function signedOutUrl(reason: SignedOutReason): string {
  if (reason === 'signed_out') return '/signed-out'
  const query = new URLSearchParams({ return: location.pathname + location.hash })
  if (reason !== 'none' && reason !== 'unknown') query.set('reason', reason)
  return `/sign-in?${query}`
}
