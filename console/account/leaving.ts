// Where a page goes when nobody is signed in any more.

import type { SignedOutReason } from '../../src/client/index.ts'

export function whereTo(reason: SignedOutReason): string {
  if (reason === 'signed_out') return '/signed-out'
  const why = reason === 'none' || reason === 'unknown' ? '' : `&reason=${reason}`
  return `/sign-in?return=%2Faccount${why}`
}
