// People who use a deployment while something in it fails, and a ledger of everything that was confirmed to them.

import { setTimeout as pause } from 'node:timers/promises'
import { PASSWORD, type Reply, Visitor } from '../support/visitor.ts'
import type { Deployment } from './deployment.ts'
import { preciseNow } from './verifier-process.ts'

export interface Tally {
  readonly requests: number
  /** Neither accepted nor refused for what they were: no answer, or 503. */
  readonly failed: number
  /** Accepted by a server or the verifier more than a second after a confirmed sign-out. */
  readonly wronglyAccepted: number
  /** Refused although nobody had signed out, once the part was back. */
  readonly wronglySignedOut: number
  /** Confirmed changes that are not there. */
  readonly lost: number
  /** From the part's return until nothing failed any more. */
  readonly secondsToRecover: number
}

const BOUND = 1_000
const PEOPLE = 6
/** What one request may take; a fault is no reason to wait for ever. */
const PATIENCE = 8_000
const STEADY = 25

interface Session {
  readonly visitor: Visitor
  /** When the sign-out was confirmed; infinite while nobody asked for one, absent where nobody knows. */
  endedAt: number | undefined
}

export class Load {
  readonly #deployment: Deployment
  readonly #sessions: Session[] = []
  readonly #counter = { confirmed: 0, visitor: new Visitor('') }
  #stopped = false
  #working: Promise<unknown> = Promise.resolve()
  #requests = 0
  #failed = 0
  #wronglyAccepted = 0
  #refusedAlive: number[] = []
  #failedAt = 0
  #signedIn = 0

  constructor(deployment: Deployment) {
    this.#deployment = deployment
  }

  async start(): Promise<void> {
    this.#counter.visitor = new Visitor(this.#url(0))
    await this.#counter.visitor.register('Counter')
    for (let person = 0; person < PEOPLE; person += 1) await this.#signIn(`Person-${person}`, true)
    this.#working = Promise.all([
      this.#keep(() => this.#ask(), STEADY),
      this.#keep(() => this.#count(), 40),
      this.#keep(() => this.#come(), 150),
      this.#keep(() => this.#go(), 120),
    ])
  }

  /** Stops, and compares what was confirmed with what is there. @param backAt when the part was there again */
  async finish(backAt: number): Promise<Tally> {
    this.#stopped = true
    await this.#working
    const stored = await this.#counter.visitor.at(this.#url(1)).byToken('GET', '/access/session/data')
    const ended = this.#sessions.filter(({ endedAt }) => endedAt !== undefined && Number.isFinite(endedAt))
    const living = this.#sessions.filter(({ endedAt }) => endedAt === Number.POSITIVE_INFINITY)
    let [revived, gone] = [0, 0]
    for (const { visitor } of ended) if ((await visitor.at(this.#url(0)).byToken('GET', '/access/session')).status === 200) revived += 1
    for (const { visitor } of living) if ((await visitor.at(this.#url(0)).plainly('GET', '/access/session')).status !== 200) gone += 1
    let byVerifier = 0
    for (const { visitor } of ended) byVerifier += (await this.#deployment.verifier.tell(visitor.token)).wronglyAccepted
    return {
      requests: this.#requests,
      failed: this.#failed,
      wronglyAccepted: this.#wronglyAccepted + revived + byVerifier,
      wronglySignedOut: gone + this.#refusedAlive.filter((at) => at > backAt).length,
      lost: Math.max(0, this.#counter.confirmed - Number(stored.json?.data?.count ?? 0)),
      secondsToRecover: Math.max(0, this.#failedAt - backAt) / 1_000,
    }
  }

  async #keep(work: () => Promise<void>, every: number): Promise<void> {
    while (!this.#stopped) {
      await work()
      await pause(every)
    }
  }

  /** One of them, living or ended, asks who it is: by token or by cookie, here or there. */
  async #ask(): Promise<void> {
    const session = this.#sessions[Math.floor(Math.random() * this.#sessions.length)]
    if (session === undefined) return
    const visitor = session.visitor.at(this.#url(Math.random() < 0.5 ? 0 : 1))
    const askedAt = preciseNow()
    const reply = await this.#try(
      Math.random() < 0.5 ? visitor.byToken('GET', '/access/session') : visitor.plainly('GET', '/access/session'),
    )
    if (reply === undefined) return
    if (reply.status === 200 && session.endedAt !== undefined && askedAt > session.endedAt + BOUND) this.#wronglyAccepted += 1
    if (reply.status === 401 && session.endedAt === Number.POSITIVE_INFINITY) this.#refusedAlive.push(askedAt)
  }

  /** Adds one to a number in the session's data; whoever was first in the meantime is not overwritten. */
  async #count(): Promise<void> {
    const visitor = this.#counter.visitor.at(this.#url(Math.random() < 0.5 ? 0 : 1))
    const read = await this.#try(visitor.byToken('GET', '/access/session/data'))
    if (read?.status !== 200) return
    const body = { count: Number(read.json.data.count ?? 0) + 1 }
    const headers = { 'if-match': `"${read.json.version}"` }
    const patched = await this.#try(visitor.byToken('PATCH', '/access/session/data', { body, headers }))
    // The only one who counts: what is confirmed is what is there, or what a lost answer has added to it.
    if (patched?.status === 200) this.#counter.confirmed = patched.json.data.count
  }

  async #come(): Promise<void> {
    await this.#signIn(`Person-${this.#signedIn % PEOPLE}`, false)
  }

  async #go(): Promise<void> {
    const living = this.#sessions.slice(PEOPLE).filter(({ endedAt }) => endedAt === Number.POSITIVE_INFINITY)
    const session = living[Math.floor(Math.random() * living.length)]
    if (session === undefined) return
    session.endedAt = undefined
    const { visitor } = session
    const reply = await this.#try(visitor.at(this.#url(Math.random() < 0.5 ? 0 : 1)).byToken('POST', `/access/logout/${visitor.code}`))
    if (reply?.status !== 200) return
    session.endedAt = preciseNow()
    this.#deployment.verifier.ended(visitor.token, session.endedAt)
  }

  async #signIn(username: string, isNew: boolean): Promise<void> {
    const visitor = new Visitor(this.#url(Math.random() < 0.5 ? 0 : 1))
    const reply = await this.#try(
      visitor.plainly('POST', isNew ? '/access/register' : '/access/login', { body: { username, password: PASSWORD } }),
    )
    if (reply?.status !== (isNew ? 201 : 200)) return
    visitor.signedIn(reply, reply.status)
    this.#signedIn += 1
    this.#sessions.push({ visitor, endedAt: Number.POSITIVE_INFINITY })
    this.#deployment.verifier.watch(visitor.token)
  }

  /** Undefined where there was no answer, or one that says that there can be none now. */
  async #try(asking: Promise<Reply>): Promise<Reply | undefined> {
    this.#requests += 1
    const reply = await Promise.race([asking, pause(PATIENCE)]).catch(() => undefined)
    if (reply !== undefined && reply.status < 500) return reply
    this.#failed += 1
    this.#failedAt = preciseNow()
    return undefined
  }

  #url(index: 0 | 1): string {
    return this.#deployment.urls[index]
  }
}
