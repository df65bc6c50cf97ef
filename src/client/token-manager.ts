// The token, in memory and nowhere else: who holds it, when it is renewed, and when it is forgotten.

import type { SignedInResponse } from '../http/contract.ts'
import type { Environment } from './environment.ts'
import { type ApiCall, isSignedOut } from './http.ts'
import { LatchkeyError } from './problem.ts'
import { joinTabChannel } from './tabs.ts'

/** `signed_out` by the user; otherwise the reason that the server gave. `device`: the browser has not shown that it is on the device. */
export type SignedOutReason = 'signed_out' | 'none' | 'unknown' | 'idle' | 'expired' | 'revoked' | 'theft_suspected' | 'device'

export interface TokenState {
  readonly token: string
  /** When it was asked for, and until when it is used: milliseconds since 1970 by this machine's clock. */
  readonly requestedAt: number
  readonly usableUntil: number
  readonly user: SignedInResponse['user']
  readonly session: SignedInResponse['session']
  /** Milliseconds by which this machine's clock is ahead of the server's. */
  readonly clockAhead: number
}

/** What tabs say to each other. */
type TabMessage =
  | { readonly type: 'token'; readonly state: TokenState }
  | { readonly type: 'ended'; readonly sid: string | undefined; readonly reason: SignedOutReason }
  | { readonly type: 'activity'; readonly at: number }
  | { readonly type: 'token?' }

export interface TokenManagerEvents {
  signedIn(state: TokenState): void
  renewed(state: TokenState): void
  /** Something was done in this tab or another, so that the session lives on. */
  activity(at: number): void
  signedOut(reason: SignedOutReason): void
}

/** A token is renewed this long before its end, so that none ends on its way: milliseconds, or a tenth of its life if that is less. */
const RENEWAL_MARGIN_MS = 15_000
/** How long a browser takes to store what it was bound with, in milliseconds. */
const BINDING_DELAY_MS = 500
/** Other tabs need not hear of every click. */
const ACTIVITY_INTERVAL_MS = 5_000

export interface TokenRequest {
  /** A token that the server would not take. */
  readonly refused?: string | undefined
  readonly passive?: boolean | undefined
}

export type TokenManager = ReturnType<typeof createTokenManager>

export function createTokenManager(name: string, env: Environment, call: ApiCall, events: TokenManagerEvents) {
  let state: TokenState | undefined
  let sessionCredential: string | undefined
  let renewal: Promise<TokenState> | undefined
  let activitySentAt = 0
  /** Counts sign-ins and endings, so that an answer that was under way meanwhile changes nothing. */
  let generation = 0
  const tabs = joinTabChannel<TabMessage>(name, env, receive)

  function receive(message: TabMessage): void {
    switch (message.type) {
      case 'token':
        setState(message.state)
        break
      case 'ended':
        // Whoever found nobody signed in may have asked before this tab signed in.
        if (state !== undefined && state.session.id === message.sid) clear(message.reason)
        break
      case 'activity':
        events.activity(message.at)
        break
      case 'token?':
        if (state !== undefined && isUsable(state)) tabs.broadcast({ type: 'token', state })
    }
  }

  function setState(next: TokenState): TokenState {
    const before = state
    const same = before?.session.id === next.session.id
    if (same && before.requestedAt > next.requestedAt) return before
    state = next
    if (same) events.renewed(next)
    else {
      generation += 1
      events.signedIn(next)
    }
    return next
  }

  function clear(reason: SignedOutReason): void {
    const wasSignedOut = state === undefined && reason === 'none'
    state = undefined
    sessionCredential = undefined
    generation += 1
    if (!wasSignedOut) events.signedOut(reason)
  }

  function end(reason: SignedOutReason): void {
    const sid = state?.session.id
    clear(reason)
    tabs.broadcast({ type: 'ended', sid, reason })
  }

  async function renew({ refused, passive }: TokenRequest): Promise<TokenState> {
    return tabs.runExclusive(async (waited) => {
      const hasUsableToken = () => state !== undefined && state.token !== refused && isUsable(state)
      if (waited) await tabs.request({ type: 'token?' }, hasUsableToken)
      if (state !== undefined && hasUsableToken()) return state
      const generationAtRequest = generation
      const requestedAt = Date.now()
      try {
        const authorization = sessionCredential === undefined ? undefined : `Session ${sessionCredential}`
        const mint = () => call<SignedInResponse>('POST', '/access/token', { authorization, passive })
        // A request that was under way while the browser was binding the sign-in to the device: the next one has the proof.
        const answer = await mint().catch(async (error: LatchkeyError) => {
          if (error.detail?.reason !== 'device') throw error
          await new Promise((resolve) => setTimeout(resolve, BINDING_DELAY_MS))
          return mint()
        })
        return generationAtRequest === generation ? storeAndBroadcast(answer, requestedAt, passive) : currentStateOrThrow()
      } catch (error) {
        if (isSignedOut(error) && generationAtRequest === generation) end((error.detail.reason ?? 'none') as SignedOutReason)
        throw error
      }
    })
  }

  function currentStateOrThrow(): TokenState {
    if (state !== undefined) return state
    throw new LatchkeyError('session.required', 'Signed out meanwhile.', { status: 401, detail: { reason: 'revoked' } })
  }

  function storeAndBroadcast(answer: SignedInResponse, requestedAt: number, passive = false): TokenState {
    const { token, user, session, expiresIn } = answer
    const life = expiresIn * 1000
    const next = setState({
      token,
      user,
      session,
      requestedAt,
      usableUntil: requestedAt + life - Math.min(RENEWAL_MARGIN_MS, life / 10),
      clockAhead: passive && state !== undefined ? state.clockAhead : requestedAt - Date.parse(session.lastSeenAt),
    })
    if (answer.sessionCredential !== undefined) sessionCredential = answer.sessionCredential
    tabs.broadcast({ type: 'token', state: next })
    return next
  }

  return {
    get current(): TokenState | undefined {
      return state
    },

    /** In a script, the credential that stands for the cookie of a page. */
    get sessionCredential(): string | undefined {
      return sessionCredential
    },

    /** A token that is good for a while yet. @throws LatchkeyError: `session.required` when nobody is signed in */
    async token(wish: TokenRequest = {}): Promise<string> {
      if (state !== undefined && state.token !== wish.refused && isUsable(state)) return state.token
      renewal ??= renew(wish).finally(() => {
        renewal = undefined
      })
      return (await renewal).token
    },

    /** After a sign-in: the one that was before is over. @param askedAt milliseconds since 1970 */
    begin: (answer: SignedInResponse, askedAt: number): TokenState => storeAndBroadcast(answer, askedAt),

    end,

    /** Asks whether anybody is still signed in, whatever this tab remembers. */
    async revalidate(): Promise<void> {
      if (state !== undefined) state = { ...state, usableUntil: 0 }
      await this.token()
    },

    /** Tells this tab and the others that the session was used. */
    recordActivity(): void {
      const at = Date.now()
      events.activity(at)
      if (at - activitySentAt < ACTIVITY_INTERVAL_MS) return
      activitySentAt = at
      tabs.broadcast({ type: 'activity', at })
    },
  }
}

function isUsable({ usableUntil }: TokenState): boolean {
  return Date.now() < usableUntil
}
