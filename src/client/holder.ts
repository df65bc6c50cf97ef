// The token, in memory and nowhere else: who holds it, when it is renewed, and when it is forgotten.

import type { SignedInAnswer } from '../http/contract.ts'
import { type Call, isSignedOut } from './calls.ts'
import { LatchkeyError } from './problem.ts'
import type { Surroundings } from './surroundings.ts'
import { joinTabs } from './tabs.ts'

/** `signed_out` by the user; otherwise the reason that the server gave. `device`: the browser has not shown that it is on the device. */
export type SignedOutReason = 'signed_out' | 'none' | 'unknown' | 'idle' | 'expired' | 'revoked' | 'theft_suspected' | 'device'

export interface Held {
  readonly token: string
  /** When it was asked for, and until when it is used: milliseconds since 1970 by this machine's clock. */
  readonly askedAt: number
  readonly until: number
  readonly user: SignedInAnswer['user']
  readonly session: SignedInAnswer['session']
  /** Milliseconds by which this machine's clock is ahead of the server's. */
  readonly clockAhead: number
}

/** What tabs say to each other. */
type Message =
  | { readonly say: 'held'; readonly held: Held }
  | { readonly say: 'ended'; readonly sid: string | undefined; readonly reason: SignedOutReason }
  | { readonly say: 'seen'; readonly at: number }
  | { readonly say: 'who holds?' }

export interface HolderEvents {
  signedIn(held: Held): void
  renewed(held: Held): void
  /** Something was done in this tab or another, so that the session lives on. */
  seen(at: number): void
  signedOut(reason: SignedOutReason): void
}

/** A token is renewed this long before its end, so that none ends on its way: milliseconds, or a tenth of its life if that is less. */
const MARGIN = 15_000
/** How long a browser takes to store what it was bound with, in milliseconds. */
const BINDING_TIME = 500
/** Other tabs need not hear of every click. */
const SEEN_INTERVAL = 5_000

export interface TokenWish {
  /** A token that the server would not take. */
  readonly refused?: string | undefined
  readonly passive?: boolean | undefined
}

export type Holder = ReturnType<typeof createHolder>

export function createHolder(name: string, around: Surroundings, call: Call, on: HolderEvents) {
  let held: Held | undefined
  let sessionCredential: string | undefined
  let renewal: Promise<Held> | undefined
  let seenTold = 0
  /** Counts sign-ins and endings, so that an answer that was under way meanwhile changes nothing. */
  let era = 0
  const tabs = joinTabs<Message>(name, around, hear)

  function hear(message: Message): void {
    switch (message.say) {
      case 'held':
        take(message.held)
        break
      case 'ended':
        // Whoever found nobody signed in may have asked before this tab signed in.
        if (held !== undefined && held.session.id === message.sid) forget(message.reason)
        break
      case 'seen':
        on.seen(message.at)
        break
      case 'who holds?':
        if (held !== undefined && isGood(held)) tabs.tell({ say: 'held', held })
    }
  }

  function take(next: Held): Held {
    const before = held
    const same = before?.session.id === next.session.id
    if (same && before.askedAt > next.askedAt) return before
    held = next
    if (same) on.renewed(next)
    else {
      era += 1
      on.signedIn(next)
    }
    return next
  }

  function forget(reason: SignedOutReason): void {
    const nobodyWas = held === undefined && reason === 'none'
    held = undefined
    sessionCredential = undefined
    era += 1
    if (!nobodyWas) on.signedOut(reason)
  }

  function end(reason: SignedOutReason): void {
    const sid = held?.session.id
    forget(reason)
    tabs.tell({ say: 'ended', sid, reason })
  }

  async function renew({ refused, passive }: TokenWish): Promise<Held> {
    return tabs.alone(async (waited) => {
      const serves = () => held !== undefined && held.token !== refused && isGood(held)
      if (waited) await tabs.ask({ say: 'who holds?' }, serves)
      if (held !== undefined && serves()) return held
      const askedIn = era
      const askedAt = Date.now()
      try {
        const authorization = sessionCredential === undefined ? undefined : `Session ${sessionCredential}`
        const mint = () => call<SignedInAnswer>('POST', '/access/token', { authorization, passive })
        // A request that was under way while the browser was binding the sign-in to the device: the next one has the proof.
        const answer = await mint().catch(async (error: LatchkeyError) => {
          if (error.detail?.reason !== 'device') throw error
          await new Promise((resolve) => setTimeout(resolve, BINDING_TIME))
          return mint()
        })
        return askedIn === era ? announce(answer, askedAt, passive) : stillHeld()
      } catch (error) {
        if (isSignedOut(error) && askedIn === era) end((error.detail.reason ?? 'none') as SignedOutReason)
        throw error
      }
    })
  }

  function stillHeld(): Held {
    if (held !== undefined) return held
    throw new LatchkeyError('session.required', 'Signed out meanwhile.', { status: 401, detail: { reason: 'revoked' } })
  }

  function announce(answer: SignedInAnswer, askedAt: number, passive = false): Held {
    const { token, user, session, expiresIn } = answer
    const life = expiresIn * 1000
    const next = take({
      token,
      user,
      session,
      askedAt,
      until: askedAt + life - Math.min(MARGIN, life / 10),
      clockAhead: passive && held !== undefined ? held.clockAhead : askedAt - Date.parse(session.lastSeenAt),
    })
    if (answer.sessionCredential !== undefined) sessionCredential = answer.sessionCredential
    tabs.tell({ say: 'held', held: next })
    return next
  }

  return {
    get current(): Held | undefined {
      return held
    },

    /** In a script, the credential that stands for the cookie of a page. */
    get sessionCredential(): string | undefined {
      return sessionCredential
    },

    /** A token that is good for a while yet. @throws LatchkeyError: `session.required` when nobody is signed in */
    async token(wish: TokenWish = {}): Promise<string> {
      if (held !== undefined && held.token !== wish.refused && isGood(held)) return held.token
      renewal ??= renew(wish).finally(() => {
        renewal = undefined
      })
      return (await renewal).token
    },

    /** After a sign-in: the one that was before is over. @param askedAt milliseconds since 1970 */
    begin: (answer: SignedInAnswer, askedAt: number): Held => announce(answer, askedAt),

    end,

    /** Asks whether anybody is still signed in, whatever this tab remembers. */
    async recheck(): Promise<void> {
      if (held !== undefined) held = { ...held, until: 0 }
      await this.token()
    },

    /** Tells this tab and the others that the session was used. */
    noteSeen(): void {
      const at = Date.now()
      on.seen(at)
      if (at - seenTold < SEEN_INTERVAL) return
      seenTold = at
      tabs.tell({ say: 'seen', at })
    },
  }
}

function isGood({ until }: Held): boolean {
  return Date.now() < until
}
