// Who is signed in, as a guarded route of the host's own gets to see it, and what it can do in their name.

import { deviceOf } from '../domain/credential.ts'
import { AuthError, StoreError } from '../domain/errors.ts'
import type { JsonObject } from '../domain/session-data.ts'
import { describeSession } from '../engine/describe.ts'
import { recordAuditEvent } from '../engine/operations.ts'
import type { Whence } from '../engine/parts.ts'
import type { Principal, SessionView, Via } from '../engine/principal.ts'
import { patchSessionData, readSessionData, type SessionData } from '../engine/session-data.ts'
import type { Incoming } from './message.ts'
import { Refused } from './refused.ts'
import type { App } from './route.ts'

/** A request to a route of the host's own. */
export interface Visit extends Pick<Incoming, 'method' | 'header' | 'of'> {
  /** Path and query, as they came. */
  readonly target: string
  /** The client's address, as far as the host knows. */
  address(): string
}

/** A principal, and what goes with it. The methods throw `Refused`: what they were asked may not be, or the database is down. */
export class Auth implements Principal {
  readonly userId: string
  readonly roles: readonly string[]
  readonly sid: string
  readonly amr: readonly string[]
  /** When the password was last typed, in milliseconds since 1970. */
  readonly authTime: number
  /** How the credential came. */
  readonly via: Via
  readonly #app: Pick<App, 'parts' | 'publicUrl'>
  readonly #visit: Pick<Visit, 'address' | 'header'>

  constructor(app: Pick<App, 'parts' | 'publicUrl'>, principal: Principal, via: Via, visit: Pick<Visit, 'address' | 'header'>) {
    this.userId = principal.userId
    this.roles = principal.roles
    this.sid = principal.sid
    this.amr = principal.amr
    this.authTime = principal.authTime
    this.via = via
    this.#app = app
    this.#visit = visit
  }

  hasRole(role: string): boolean {
    return this.roles.includes(role)
  }

  /** The user's name, and when the session began and will end. Times in milliseconds since 1970. @throws Refused */
  session(): Promise<SessionView> {
    return this.#granted(async () => describeSession(this.#app.parts, this))
  }

  /** The session's data: at most 16 KiB of JSON, changed by merge patches (RFC 7396), so that none is lost. */
  get data(): { read(): Promise<SessionData>; patch(patch: JsonObject, ifVersion?: number): Promise<SessionData> } {
    const { parts } = this.#app
    return {
      read: () => this.#granted(() => readSessionData(parts, this)),
      patch: (patch, ifVersion) =>
        this.#granted(() => patchSessionData(parts, this, patch, ifVersion === undefined ? undefined : [ifVersion])),
    }
  }

  /** Records an operation of the application's own, such as `order.placed`, with at most 4 KiB of detail. @throws Refused */
  async record(action: string, detail: JsonObject = {}): Promise<void> {
    const whence: Whence = { ip: this.#visit.address(), userAgent: deviceOf(this.#visit.header('user-agent')) }
    await this.#granted(() => recordAuditEvent(this.#app.parts, this, action, detail, whence))
  }

  async #granted<T>(run: () => Promise<T | AuthError>): Promise<T> {
    const { publicUrl } = this.#app
    let done: T | AuthError
    try {
      done = await run()
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      throw new Refused(new AuthError('store.unavailable', { retryAfter: 1 }), publicUrl, error)
    }
    if (done instanceof AuthError) throw new Refused(done, publicUrl)
    return done
  }
}
