// The state that a simulated user expects: all acknowledged changes, and the one request that may be unanswered.

import { deepEqual, equal } from 'node:assert/strict'
import { PASSWORD, TestClient } from '../support/test-client.ts'

export type Step = 'register' | 'login' | 'refresh' | 'patch' | 'event' | 'logout' | 'password'

export interface SessionCopy {
  readonly cookie: string
  readonly token: string
}

export class ExpectedState {
  readonly name: string
  client = new TestClient('')
  username = ''
  password = PASSWORD
  signedIn = false
  /** The number of steps so far. */
  count = 0
  data: Readonly<Record<string, number>> = {}
  events: readonly number[] = []
  readonly ended: (SessionCopy & { readonly step: Step })[] = []
  readonly acknowledged = new Map<Step, number>()
  /** The unanswered request. */
  pending: { readonly step: Step; readonly count: number; readonly before: SessionCopy } | undefined

  constructor(name: string) {
    this.name = name
  }

  currentSession(): SessionCopy {
    return { cookie: this.client.cookie('session'), token: this.client.token }
  }

  recordEnded(before: SessionCopy, step: Step): void {
    if (this.signedIn) this.ended.push({ ...before, step })
  }

  /** Asserts that the server has the expected state. */
  async assertMatchesServer(): Promise<void> {
    if (!this.signedIn) return
    const { client, name } = this
    const { status, text, json } = await client.callWithCookies('GET', '/access/session/data')
    equal(status, 200, `${name}: an acknowledged session is missing: ${text}`)
    deepEqual(json.data, this.data, `${name}: the data of the session`)
    equal((await client.callWithToken('GET', '/access/session')).status, 200, `${name}: an acknowledged token is refused`)
    deepEqual(await recordedSteps(client), this.events, `${name}: the audit events`)
  }
}

/** The numbers of the recorded steps, oldest first. */
export async function recordedSteps(client: TestClient): Promise<readonly number[]> {
  const steps: number[] = []
  for (let before = ''; ; ) {
    const { json } = await client.callWithToken('GET', `/access/audit-events?limit=200${before === '' ? '' : `&before=${before}`}`)
    for (const { action, detail } of json.events) if (action === 'drill.step') steps.push(detail.n)
    if (json.next === null) return steps.reverse()
    before = encodeURIComponent(json.next)
  }
}

/** Asserts that the cookie and the token of an ended session are refused, with the reason. */
export async function assertEnded(base: string, { cookie, token, step }: ExpectedState['ended'][number]): Promise<void> {
  const anonymous = new TestClient(base)
  const byCookie = await anonymous.callWithCookies('GET', '/access/session', { headers: { cookie: `latchkey_session=${cookie}` } })
  deepEqual([byCookie.status, byCookie.json.reason], [401, 'revoked'], `by cookie, after ${step}`)
  const byToken = await anonymous.callWithCookies('GET', '/access/session', { headers: { authorization: token } })
  deepEqual([byToken.status, byToken.json.reason], [401, 'session_ended'], `by token, after ${step}`)
}
