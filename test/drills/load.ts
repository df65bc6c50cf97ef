// People who use a deployment while something in it fails, and a ledger of everything that was confirmed to them.

import { setTimeout as pause } from 'node:timers/promises'
import { PASSWORD, TestClient, type TestResponse } from '../support/test-client.ts'
import type { Deployment } from './deployment.ts'
import { preciseNow } from './verifier-process.ts'

export interface DrillResult {
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

const MAX_DELAY_MS = 1_000
const USERS = 6
/** What one request may take; a fault is no reason to wait for ever. */
const REQUEST_TIMEOUT_MS = 8_000
const REQUEST_INTERVAL_MS = 25

interface Session {
  readonly client: TestClient
  /** When the sign-out was confirmed; infinite while nobody asked for one, absent where nobody knows. */
  endedAt: number | undefined
}

export class Load {
  readonly #deployment: Deployment
  readonly #sessions: Session[] = []
  readonly #counter = { confirmed: 0, visitor: new TestClient('') }
  #stopped = false
  #working: Promise<unknown> = Promise.resolve()
  #requests = 0
  #failed = 0
  #wronglyAccepted = 0
  #wronglyRefusedAt: number[] = []
  #failedAt = 0
  #signedIn = 0

  constructor(deployment: Deployment) {
    this.#deployment = deployment
  }

  async start(): Promise<void> {
    this.#counter.visitor = new TestClient(this.#url(0))
    await this.#counter.visitor.register('Counter')
    for (let person = 0; person < USERS; person += 1) await this.#signIn(`Person-${person}`, true)
    this.#working = Promise.all([
      this.#repeat(() => this.#checkSession(), REQUEST_INTERVAL_MS),
      this.#repeat(() => this.#increment(), 40),
      this.#repeat(() => this.#signInNext(), 150),
      this.#repeat(() => this.#signOutOne(), 120),
    ])
  }

  /** Stops, and compares what was confirmed with what is there. @param recoveredAt when the part was there again */
  async finish(recoveredAt: number): Promise<DrillResult> {
    this.#stopped = true
    await this.#working
    const stored = await this.#counter.visitor.forServer(this.#url(1)).callWithToken('GET', '/access/session/data')
    const ended = this.#sessions.filter(({ endedAt }) => endedAt !== undefined && Number.isFinite(endedAt))
    const living = this.#sessions.filter(({ endedAt }) => endedAt === Number.POSITIVE_INFINITY)
    let [revived, gone] = [0, 0]
    for (const { client } of ended)
      if ((await client.forServer(this.#url(0)).callWithToken('GET', '/access/session')).status === 200) revived += 1
    for (const { client } of living)
      if ((await client.forServer(this.#url(0)).callWithCookies('GET', '/access/session')).status !== 200) gone += 1
    let byVerifier = 0
    for (const { client } of ended) byVerifier += (await this.#deployment.verifier.observation(client.token)).wronglyAccepted
    return {
      requests: this.#requests,
      failed: this.#failed,
      wronglyAccepted: this.#wronglyAccepted + revived + byVerifier,
      wronglySignedOut: gone + this.#wronglyRefusedAt.filter((at) => at > recoveredAt).length,
      lost: Math.max(0, this.#counter.confirmed - Number(stored.json?.data?.count ?? 0)),
      secondsToRecover: Math.max(0, this.#failedAt - recoveredAt) / 1_000,
    }
  }

  async #repeat(work: () => Promise<void>, every: number): Promise<void> {
    while (!this.#stopped) {
      await work()
      await pause(every)
    }
  }

  /** One of them, living or ended, asks who it is: by token or by cookie, here or there. */
  async #checkSession(): Promise<void> {
    const session = this.#sessions[Math.floor(Math.random() * this.#sessions.length)]
    if (session === undefined) return
    const visitor = session.client.forServer(this.#url(Math.random() < 0.5 ? 0 : 1))
    const askedAt = preciseNow()
    const reply = await this.#try(
      Math.random() < 0.5 ? visitor.callWithToken('GET', '/access/session') : visitor.callWithCookies('GET', '/access/session'),
    )
    if (reply === undefined) return
    if (reply.status === 200 && session.endedAt !== undefined && askedAt > session.endedAt + MAX_DELAY_MS) this.#wronglyAccepted += 1
    if (reply.status === 401 && session.endedAt === Number.POSITIVE_INFINITY) this.#wronglyRefusedAt.push(askedAt)
  }

  /** Adds one to a number in the session's data; whoever was first in the meantime is not overwritten. */
  async #increment(): Promise<void> {
    const visitor = this.#counter.visitor.forServer(this.#url(Math.random() < 0.5 ? 0 : 1))
    const read = await this.#try(visitor.callWithToken('GET', '/access/session/data'))
    if (read?.status !== 200) return
    const body = { count: Number(read.json.data.count ?? 0) + 1 }
    const headers = { 'if-match': `"${read.json.version}"` }
    const patched = await this.#try(visitor.callWithToken('PATCH', '/access/session/data', { body, headers }))
    // The only one who counts: what is confirmed is what is there, or what a lost answer has added to it.
    if (patched?.status === 200) this.#counter.confirmed = patched.json.data.count
  }

  async #signInNext(): Promise<void> {
    await this.#signIn(`Person-${this.#signedIn % USERS}`, false)
  }

  async #signOutOne(): Promise<void> {
    const living = this.#sessions.slice(USERS).filter(({ endedAt }) => endedAt === Number.POSITIVE_INFINITY)
    const session = living[Math.floor(Math.random() * living.length)]
    if (session === undefined) return
    session.endedAt = undefined
    const { client } = session
    const reply = await this.#try(
      client.forServer(this.#url(Math.random() < 0.5 ? 0 : 1)).callWithToken('POST', `/access/logout/${client.userId}`),
    )
    if (reply?.status !== 200) return
    session.endedAt = preciseNow()
    this.#deployment.verifier.markRevoked(client.token, session.endedAt)
  }

  async #signIn(username: string, isNew: boolean): Promise<void> {
    const client = new TestClient(this.#url(Math.random() < 0.5 ? 0 : 1))
    const reply = await this.#try(
      client.callWithCookies('POST', isNew ? '/access/register' : '/access/login', { body: { username, password: PASSWORD } }),
    )
    if (reply?.status !== (isNew ? 201 : 200)) return
    client.signedIn(reply, reply.status)
    this.#signedIn += 1
    this.#sessions.push({ client, endedAt: Number.POSITIVE_INFINITY })
    this.#deployment.verifier.watch(client.token)
  }

  /** Undefined where there was no answer, or one that says that there can be none now. */
  async #try(asking: Promise<TestResponse>): Promise<TestResponse | undefined> {
    this.#requests += 1
    const reply = await Promise.race([asking, pause(REQUEST_TIMEOUT_MS)]).catch(() => undefined)
    if (reply !== undefined && reply.status < 500) return reply
    this.#failed += 1
    this.#failedAt = preciseNow()
    return undefined
  }

  #url(index: 0 | 1): string {
    return this.#deployment.urls[index]
  }
}
