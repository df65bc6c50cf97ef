// Simulated users of a deployment during a fault, and a record of every change confirmed to them.

import { setTimeout as pause } from 'node:timers/promises'
import { PASSWORD, TestClient, type TestResponse } from '../support/test-client.ts'
import type { Deployment } from './deployment.ts'
import { preciseNow } from './verifier-process.ts'

export interface DrillResult {
  readonly requests: number
  /** Requests without a valid answer: no response, or 503. */
  readonly failed: number
  /** Acceptances by a server or the verifier more than a second after a confirmed sign-out. */
  readonly wronglyAccepted: number
  /** Refusals of sessions that were not signed out, after the recovery. */
  readonly wronglySignedOut: number
  /** Confirmed changes that are missing. */
  readonly lost: number
  /** From the end of the fault to the last failed request. */
  readonly secondsToRecover: number
}

const MAX_DELAY_MS = 1_000
const USERS = 6
/** The timeout of a request. */
const REQUEST_TIMEOUT_MS = 8_000
const REQUEST_INTERVAL_MS = 25

interface Session {
  readonly client: TestClient
  /** When the sign-out was confirmed; infinite for a live session, undefined while it is unknown. */
  endedAt: number | undefined
}

export class Load {
  readonly #deployment: Deployment
  readonly #sessions: Session[] = []
  readonly #counter = { confirmed: 0, client: new TestClient('') }
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
    this.#counter.client = new TestClient(this.#url(0))
    await this.#counter.client.register('Counter')
    for (let index = 0; index < USERS; index += 1) await this.#signIn(`User-${index}`, true)
    this.#working = Promise.all([
      this.#repeat(() => this.#checkSession(), REQUEST_INTERVAL_MS),
      this.#repeat(() => this.#increment(), 40),
      this.#repeat(() => this.#signInNext(), 150),
      this.#repeat(() => this.#signOutOne(), 120),
    ])
  }

  /** Stops, and compares confirmed changes with the stored ones. @param recoveredAt when the fault was removed */
  async finish(recoveredAt: number): Promise<DrillResult> {
    this.#stopped = true
    await this.#working
    const stored = await this.#counter.client.forServer(this.#url(1)).callWithToken('GET', '/access/session/data')
    const ended = this.#sessions.filter(({ endedAt }) => endedAt !== undefined && Number.isFinite(endedAt))
    const live = this.#sessions.filter(({ endedAt }) => endedAt === Number.POSITIVE_INFINITY)
    let [revived, missing] = [0, 0]
    for (const { client } of ended)
      if ((await client.forServer(this.#url(0)).callWithToken('GET', '/access/session')).status === 200) revived += 1
    for (const { client } of live)
      if ((await client.forServer(this.#url(0)).callWithCookies('GET', '/access/session')).status !== 200) missing += 1
    let byVerifier = 0
    for (const { client } of ended) byVerifier += (await this.#deployment.verifier.observation(client.token)).wronglyAccepted
    return {
      requests: this.#requests,
      failed: this.#failed,
      wronglyAccepted: this.#wronglyAccepted + revived + byVerifier,
      wronglySignedOut: missing + this.#wronglyRefusedAt.filter((at) => at > recoveredAt).length,
      lost: Math.max(0, this.#counter.confirmed - Number(stored.json?.data?.count ?? 0)),
      secondsToRecover: Math.max(0, this.#failedAt - recoveredAt) / 1_000,
    }
  }

  async #repeat(work: () => Promise<void>, intervalMs: number): Promise<void> {
    while (!this.#stopped) {
      await work()
      await pause(intervalMs)
    }
  }

  /** Checks a random session, live or ended, by token or cookie, on a random server. */
  async #checkSession(): Promise<void> {
    const session = this.#sessions[Math.floor(Math.random() * this.#sessions.length)]
    if (session === undefined) return
    const client = session.client.forServer(this.#url(Math.random() < 0.5 ? 0 : 1))
    const sentAt = preciseNow()
    const reply = await this.#try(
      Math.random() < 0.5 ? client.callWithToken('GET', '/access/session') : client.callWithCookies('GET', '/access/session'),
    )
    if (reply === undefined) return
    if (reply.status === 200 && session.endedAt !== undefined && sentAt > session.endedAt + MAX_DELAY_MS) this.#wronglyAccepted += 1
    if (reply.status === 401 && session.endedAt === Number.POSITIVE_INFINITY) this.#wronglyRefusedAt.push(sentAt)
  }

  /** Increments a number in the session data, with If-Match so that no concurrent change is overwritten. */
  async #increment(): Promise<void> {
    const client = this.#counter.client.forServer(this.#url(Math.random() < 0.5 ? 0 : 1))
    const read = await this.#try(client.callWithToken('GET', '/access/session/data'))
    if (read?.status !== 200) return
    const body = { count: Number(read.json.data.count ?? 0) + 1 }
    const headers = { 'if-match': `"${read.json.version}"` }
    const patched = await this.#try(client.callWithToken('PATCH', '/access/session/data', { body, headers }))
    // There is one writer: the stored number is the confirmed one, or higher when a response was lost.
    if (patched?.status === 200) this.#counter.confirmed = patched.json.data.count
  }

  async #signInNext(): Promise<void> {
    await this.#signIn(`User-${this.#signedIn % USERS}`, false)
  }

  async #signOutOne(): Promise<void> {
    const live = this.#sessions.slice(USERS).filter(({ endedAt }) => endedAt === Number.POSITIVE_INFINITY)
    const session = live[Math.floor(Math.random() * live.length)]
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

  /** Returns undefined for no response or a 5xx. */
  async #try(pending: Promise<TestResponse>): Promise<TestResponse | undefined> {
    this.#requests += 1
    const reply = await Promise.race([pending, pause(REQUEST_TIMEOUT_MS)]).catch(() => undefined)
    if (reply !== undefined && reply.status < 500) return reply
    this.#failed += 1
    this.#failedAt = preciseNow()
    return undefined
  }

  #url(index: 0 | 1): string {
    return this.#deployment.urls[index]
  }
}
