// The token manager: keeps the access token in memory only, renews it, and shares it among tabs.

import type { SignedInResponse } from '../http/contract.ts'
import type { Environment } from './environment.ts'
import { type ApiCall, isSignedOut } from './http.ts'
import { LatchkeyError } from './problem.ts'
import { joinTabChannel } from './tabs.ts'

/** `signed_out`: by the user; otherwise the server's reason. `device`: the browser sent no device proof. */
export type SignedOutReason = 'signed_out' | 'none' | 'unknown' | 'idle' | 'expired' | 'revoked' | 'theft_suspected' | 'device'

export interface TokenState {
  readonly token: string
  /** When it was requested, and until when it is used: milliseconds since 1970 by this machine's clock. */
  readonly requestedAt: number
  readonly usableUntil: number
  readonly user: SignedInResponse['user']
  readonly session: SignedInResponse['session']
  /** Milliseconds by which this machine's clock is ahead of the server's. */
  readonly clockAhead: number
}

/** Messages between tabs. */
type TabMessage =
  | { readonly type: 'token'; readonly state: TokenState }
  | { readonly type: 'ended'; readonly sid: string | undefined; readonly reason: SignedOutReason }
  | { readonly type: 'activity'; readonly at: number }
  | { readonly type: 'token?' }

export interface TokenManagerEvents {
  signedIn(state: TokenState): void
  renewed(state: TokenState): void
  /** The session was used in this tab or another, which extends it. */
  activity(at: number): void
  signedOut(reason: SignedOutReason): void
}

/** A token is renewed this many milliseconds before it expires (at most a tenth of its lifetime), so that none expires in transit. */
const RENEWAL_MARGIN_MS = 15_000
/** How long a browser takes to store the device proof cookie after binding, in milliseconds. */
const BINDING_DELAY_MS = 500
/** Activity is sent to other tabs at most once in this time. */
const ACTIVITY_INTERVAL_MS = 5_000

export interface TokenRequest {
  /** A token that the server rejected. */
  readonly refused?: string | undefined
  readonly passive?: boolean | undefined
}

export type TokenManager = ReturnType<typeof createTokenManager>

export function createTokenManager(name: string, env: Environment, call: ApiCall, events: TokenManagerEvents) {
  let state: TokenState | undefined
  let sessionCredential: string | undefined
  let renewal: Promise<TokenState> | undefined
  let activitySentAt = 0
  /** Incremented at each sign-in and sign-out, so that a response to an earlier request is discarded. */
  let generation = 0
  const tabs = joinTabChannel<TabMessage>(name, env, receive)

  function receive(message: TabMessage): void {
    switch (message.type) {
      case 'token':
        setState(message.state)
        break
      case 'ended':
        // A tab that found no session may have asked before this tab signed in.
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
    const previous = state
    const isSameSession = previous?.session.id === next.session.id
    if (isSameSession && previous.requestedAt > next.requestedAt) return previous
    state = next
    if (isSameSession) events.renewed(next)
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
        // The request was sent while the browser was binding the sign-in to the device: the next one has the device proof.
        const response = await mint().catch(async (error: LatchkeyError) => {
          if (error.detail?.reason !== 'device') throw error
          await new Promise((resolve) => setTimeout(resolve, BINDING_DELAY_MS))
          return mint()
        })
        return generationAtRequest === generation ? storeAndBroadcast(response, requestedAt, passive) : currentStateOrThrow()
      } catch (error) {
        if (isSignedOut(error) && generationAtRequest === generation) end((error.detail.reason ?? 'none') as SignedOutReason)
        throw error
      }
    })
  }

  function currentStateOrThrow(): TokenState {
    if (state !== undefined) return state
    throw new LatchkeyError('session.required', 'Signed out while the token was being renewed.', {
      status: 401,
      detail: { reason: 'revoked' },
    })
  }

  function storeAndBroadcast(response: SignedInResponse, requestedAt: number, passive = false): TokenState {
    const { token, user, session, expiresIn } = response
    const lifetime = expiresIn * 1000
    const next = setState({
      token,
      user,
      session,
      requestedAt,
      usableUntil: requestedAt + lifetime - Math.min(RENEWAL_MARGIN_MS, lifetime / 10),
      clockAhead: passive && state !== undefined ? state.clockAhead : requestedAt - Date.parse(session.lastSeenAt),
    })
    if (response.sessionCredential !== undefined) sessionCredential = response.sessionCredential
    tabs.broadcast({ type: 'token', state: next })
    return next
  }

  return {
    get current(): TokenState | undefined {
      return state
    },

    /** In a script, the session credential that a page has as a cookie. */
    get sessionCredential(): string | undefined {
      return sessionCredential
    },

    /** A token that is not about to expire. @throws LatchkeyError: `session.required` when signed out */
    async token(request: TokenRequest = {}): Promise<string> {
      if (state !== undefined && state.token !== request.refused && isUsable(state)) return state.token
      renewal ??= renew(request).finally(() => {
        renewal = undefined
      })
      return (await renewal).token
    },

    /** After a sign-in: replaces the previous one. @param requestedAt milliseconds since 1970 */
    begin: (response: SignedInResponse, requestedAt: number): TokenState => storeAndBroadcast(response, requestedAt),

    end,

    /** Checks with the server whether the user is still signed in, ignoring the token in memory. */
    async revalidate(): Promise<void> {
      if (state !== undefined) state = { ...state, usableUntil: 0 }
      await this.token()
    },

    /** Records use of the session in this tab and the others. */
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
