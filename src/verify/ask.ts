// Asking Latchkey itself about one token, where its endings are not heard.

import { askForJson } from './bounded-json.ts'
import type { Settled } from './options.ts'
import { type RefusedFor, refusal, type Verdict } from './verdict.ts'

const PATIENCE = 1_000
const MAX_BYTES = 64 * 1024
const REASONS: readonly RefusedFor[] = ['malformed', 'expired', 'session_ended']

/**
 * Why the token is refused; undefined when Latchkey accepts it. Whoever does not answer in time accepts nothing, nor does who answers
 * something else than Latchkey does: a page to sign in to a network has the status 200 as well.
 *
 * @param sid the session that the token names
 */
export async function askIssuer({ issuer, fetch }: Settled, token: string, sid: string): Promise<Verdict | undefined> {
  const answered = await askForJson(fetch, {
    url: `${issuer}/access/session`,
    // That somebody else is asked is no use of the session, nor is it another browser that uses it.
    headers: { authorization: `Bearer ${token}`, 'x-latchkey-passive': '1', 'user-agent': 'latchkey-verify' },
    patience: PATIENCE,
    limit: MAX_BYTES,
  }).catch(() => undefined)
  if (answered === undefined || !('json' in answered)) return refusal('silent')
  const { code, reason, session } = membersOf(answered.json)
  if (answered.status === 200) return membersOf(session).id === sid ? undefined : refusal('silent')
  // Where every use of a token needs a proof of its key, this question cannot be answered: nobody has one for it.
  const isAnswered = answered.status === 401 && typeof code === 'string' && code !== 'proof.required'
  return refusal(isAnswered ? (REASONS.find((known) => known === reason) ?? 'malformed') : 'silent')
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
