// Asking Latchkey itself about one token, where its endings are not heard.

import { discard } from './discard.ts'
import type { Settled } from './options.ts'
import { type RefusedFor, refusal, type Verdict } from './verdict.ts'

const PATIENCE = 1_000
const REASONS: readonly RefusedFor[] = ['malformed', 'expired', 'session_ended']

/** Why the token is refused; undefined when Latchkey accepts it. Whoever does not answer in time accepts nothing. */
export async function askIssuer({ issuer, fetch }: Settled, token: string): Promise<Verdict | undefined> {
  try {
    const response = await fetch(`${issuer}/access/session`, {
      // That somebody else is asked is no use of the session, nor is it another browser that uses it.
      headers: { authorization: `Bearer ${token}`, 'x-latchkey-passive': '1', 'user-agent': 'latchkey-verify' },
      signal: AbortSignal.timeout(PATIENCE),
    })
    if (response.ok) {
      discard(response.body)
      return undefined
    }
    const { code, reason } = (await response.json()) as { readonly code?: string; readonly reason?: string }
    // Where every use of a token needs a proof of its key, this question cannot be answered: nobody has one for it.
    const isAnswered = response.status === 401 && code !== 'proof.required'
    return refusal(isAnswered ? (REASONS.find((known) => known === reason) ?? 'malformed') : 'silent')
  } catch {
    return refusal('silent')
  }
}
