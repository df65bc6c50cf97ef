// AuthContext: the authenticated user and session that a guarded route of the host receives.

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

/** A request to a guarded route of the host. */
export interface GuardedRequest extends Pick<HttpRequest, 'method' | 'header' | 'hostRequest'> {
  /** Path and query, as received. */
  readonly target: string
  /** The client's address, as the host knows it. */
  address(): string
}

/** A principal with the functions of its session. The methods throw AuthHttpError: the request is refused, or the database is down. */
export class AuthContext implements Principal {
  readonly userId: string
  readonly roles: readonly string[]
  readonly sid: string
  readonly amr: readonly string[]
  /** Time of the last password sign-in, in milliseconds since 1970. */
  readonly authTime: number
  /** How the credential was sent. */
  readonly via: CredentialTransport
  readonly #app: Pick<App, 'engine' | 'publicUrl'>
  readonly #request: Pick<GuardedRequest, 'address' | 'header'>

  constructor(
    app: Pick<App, 'engine' | 'publicUrl'>,
    principal: Principal,
    via: CredentialTransport,
    request: Pick<GuardedRequest, 'address' | 'header'>,
  ) {
    this.userId = principal.userId
    this.roles = principal.roles
    this.sid = principal.sid
    this.amr = principal.amr
    this.authTime = principal.authTime
    this.via = via
    this.#app = app
    this.#request = request
  }

  hasRole(role: string): boolean {
    return this.roles.includes(role)
  }

  /** The username, and when the session began and will expire. Times in milliseconds since 1970. @throws AuthHttpError */
  session(): Promise<SessionView> {
    return this.#orThrow(async () => getSessionView(this.#app.engine, this))
  }

  /** The session's data: at most 16 KiB of JSON, changed by merge patches (RFC 7396), so that no concurrent change is lost. */
  get data(): { read(): Promise<SessionData>; patch(patch: JsonObject, ifVersion?: number): Promise<SessionData> } {
    const { engine } = this.#app
    return {
      read: () => this.#orThrow(() => readSessionData(engine, this)),
      patch: (patch, ifVersion) =>
        this.#orThrow(() => patchSessionData(engine, this, patch, ifVersion === undefined ? undefined : [ifVersion])),
    }
  }

  /** Records an audit event of the application, such as `order.placed`, with at most 4 KiB of detail. @throws AuthHttpError */
  async record(action: string, detail: JsonObject = {}): Promise<void> {
    const clientInfo: ClientInfo = { ip: this.#request.address(), userAgent: boundedUserAgent(this.#request.header('user-agent')) }
    await this.#orThrow(() => recordAuditEvent(this.#app.engine, this, action, detail, clientInfo))
  }

  async #orThrow<T>(run: () => Promise<T | AuthError>): Promise<T> {
    const { publicUrl } = this.#app
    let result: T | AuthError
    try {
      result = await run()
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      throw new AuthHttpError(new AuthError('store.unavailable', { retryAfter: 1 }), publicUrl, error)
    }
    if (result instanceof AuthError) throw new AuthHttpError(result, publicUrl)
    return result
  }
}
