// Who is signed in, as a guarded route of the host's own gets to see it, and what it can do in their name.

import { boundedUserAgent } from '../domain/credential.ts'
import { AuthError, StoreError } from '../domain/errors.ts'
import type { JsonObject } from '../domain/session-data.ts'
import { recordAuditEvent } from '../engine/audit-events.ts'
import type { ClientInfo } from '../engine/context.ts'
import type { CredentialTransport, Principal, SessionView } from '../engine/principal.ts'
import { patchSessionData, readSessionData, type SessionData } from '../engine/session-data.ts'
import { getSessionView } from '../engine/session-view.ts'
import { AuthHttpError } from './auth-http-error.ts'
import type { HttpRequest } from './message.ts'
import type { App } from './route.ts'

/** A request to a route of the host's own. */
export interface GuardedRequest extends Pick<HttpRequest, 'method' | 'header' | 'hostRequest'> {
  /** Path and query, as they came. */
  readonly target: string
  /** The client's address, as far as the host knows. */
  address(): string
}

/** A principal, and what goes with it. The methods throw `Refused`: what they were asked may not be, or the database is down. */
export class AuthContext implements Principal {
  readonly userId: string
  readonly roles: readonly string[]
  readonly sid: string
  readonly amr: readonly string[]
  /** When the password was last typed, in milliseconds since 1970. */
  readonly authTime: number
  /** How the credential came. */
  readonly via: CredentialTransport
  readonly #app: Pick<App, 'engine' | 'publicUrl'>
  readonly #request: Pick<GuardedRequest, 'address' | 'header'>

  constructor(
    app: Pick<App, 'engine' | 'publicUrl'>,
    principal: Principal,
    via: CredentialTransport,
    visit: Pick<GuardedRequest, 'address' | 'header'>,
  ) {
    this.userId = principal.userId
    this.roles = principal.roles
    this.sid = principal.sid
    this.amr = principal.amr
    this.authTime = principal.authTime
    this.via = via
    this.#app = app
    this.#request = visit
  }

  hasRole(role: string): boolean {
    return this.roles.includes(role)
  }

  /** The user's name, and when the session began and will end. Times in milliseconds since 1970. @throws Refused */
  session(): Promise<SessionView> {
    return this.#orThrow(async () => getSessionView(this.#app.engine, this))
  }

  /** The session's data: at most 16 KiB of JSON, changed by merge patches (RFC 7396), so that none is lost. */
  get data(): { read(): Promise<SessionData>; patch(patch: JsonObject, ifVersion?: number): Promise<SessionData> } {
    const { engine } = this.#app
    return {
      read: () => this.#orThrow(() => readSessionData(engine, this)),
      patch: (patch, ifVersion) =>
        this.#orThrow(() => patchSessionData(engine, this, patch, ifVersion === undefined ? undefined : [ifVersion])),
    }
  }

  /** Records an operation of the application's own, such as `order.placed`, with at most 4 KiB of detail. @throws Refused */
  async record(action: string, detail: JsonObject = {}): Promise<void> {
    const clientInfo: ClientInfo = { ip: this.#request.address(), userAgent: boundedUserAgent(this.#request.header('user-agent')) }
    await this.#orThrow(() => recordAuditEvent(this.#app.engine, this, action, detail, clientInfo))
  }

  async #orThrow<T>(run: () => Promise<T | AuthError>): Promise<T> {
    const { publicUrl } = this.#app
    let done: T | AuthError
    try {
      done = await run()
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      throw new AuthHttpError(new AuthError('store.unavailable', { retryAfter: 1 }), publicUrl, error)
    }
    if (done instanceof AuthError) throw new AuthHttpError(done, publicUrl)
    return done
  }
}
