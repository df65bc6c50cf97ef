// Introspection: asks Latchkey about one token while the revocation feed is unavailable.

import { fetchJson } from './bounded-json.ts'
import type { ResolvedOptions } from './options.ts'
import { type FailureReason, failure, type VerificationResult } from './result.ts'

const TIMEOUT_MS = 1_000
const MAX_BYTES = 64 * 1024
const REASONS: readonly FailureReason[] = ['malformed', 'expired', 'session_ended']

/**
 * Why the token is rejected; undefined when Latchkey accepts it. No response in time is a rejection, and so is a response that is not
 * Latchkey's: the captive portal of a network answers with status 200 too.
 *
 * @param sid the session id in the token
 */
export async function introspect({ issuer, fetch }: ResolvedOptions, token: string, sid: string): Promise<VerificationResult | undefined> {
  const response = await fetchJson(fetch, {
    url: `${issuer}/access/session`,
    // Introspection must not extend the session, and its User-Agent must not look like another browser.
    headers: { authorization: `Bearer ${token}`, 'x-latchkey-passive': '1', 'user-agent': 'latchkey-verify' },
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
  }).catch(() => undefined)
  if (response === undefined || !('json' in response)) return failure('feed_unavailable')
  const { code, reason, session } = membersOf(response.json)
  if (response.status === 200) return membersOf(session).id === sid ? undefined : failure('feed_unavailable')
  // Under LATCHKEY_DPOP=always each use of a token needs a proof, and a verifier has no key to sign one.
  const isAuthoritative = response.status === 401 && typeof code === 'string' && code !== 'proof.required'
  return failure(isAuthoritative ? (REASONS.find((known) => known === reason) ?? 'malformed') : 'feed_unavailable')
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
