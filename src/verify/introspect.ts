// Asking Latchkey itself about one token, where its endings are not heard.

import { fetchJson } from './bounded-json.ts'
import type { ResolvedOptions } from './options.ts'
import { type FailureReason, failure, type VerificationResult } from './result.ts'

const TIMEOUT_MS = 1_000
const MAX_BYTES = 64 * 1024
const REASONS: readonly FailureReason[] = ['malformed', 'expired', 'session_ended']

/**
 * Why the token is refused; undefined when Latchkey accepts it. Whoever does not answer in time accepts nothing, nor does who answers
 * something else than Latchkey does: a page to sign in to a network has the status 200 as well.
 *
 * @param sid the session that the token names
 */
export async function introspect({ issuer, fetch }: ResolvedOptions, token: string, sid: string): Promise<VerificationResult | undefined> {
  const response = await fetchJson(fetch, {
    url: `${issuer}/access/session`,
    // That somebody else is asked is no use of the session, nor is it another browser that uses it.
    headers: { authorization: `Bearer ${token}`, 'x-latchkey-passive': '1', 'user-agent': 'latchkey-verify' },
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
  }).catch(() => undefined)
  if (response === undefined || !('json' in response)) return failure('feed_unavailable')
  const { code, reason, session } = membersOf(response.json)
  if (response.status === 200) return membersOf(session).id === sid ? undefined : failure('feed_unavailable')
  // Where every use of a token needs a proof of its key, this question cannot be answered: nobody has one for it.
  const isAuthoritative = response.status === 401 && typeof code === 'string' && code !== 'proof.required'
  return failure(isAuthoritative ? (REASONS.find((known) => known === reason) ?? 'malformed') : 'feed_unavailable')
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
