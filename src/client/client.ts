// latchkey/client: signs users in, adds the access token to requests, and reports the end of a session.

import { CLIENT_NAME_PREFIX } from '../domain/persisted-names.ts'
import type { AuditEventResponse, CurrentSessionResponse, SessionsResponse, SignedInResponse } from '../http/contract.ts'
import { createAuthFetch, type PassiveOption } from './auth-fetch.ts'
import { createDpopSigner } from './dpop.ts'
import { detectEnvironment } from './environment.ts'
import { createEvents, type Listener } from './events.ts'
import { type ApiCall, type ApiCallOptions, createApiCall, isSignedOut } from './http.ts'
import { type Axios, type AxiosRequest, interceptAxios } from './integrations/axios.ts'
import { type Ajax, type AjaxOptions, ajaxTransport } from './integrations/jquery.ts'
import { type ClientOptions, resolveOptions } from './options.ts'
import type { LatchkeyError } from './problem.ts'
import { createRetryPolicy, type RetryCredentials } from './retry-policy.ts'
import { createSessionTimer } from './session-timer.ts'
import { createTokenManager, type SignedOutReason } from './token-manager.ts'

export type User = SignedInResponse['user']
export type Session = SignedInResponse['session']
export type JsonObject = Readonly<Record<string, unknown>>

export interface SignedIn {
  readonly user: User
  readonly session: Session
}

export interface ClientEvents {
  /** A user signed in, in this tab or another. */
  'signed-in': SignedIn
  /** The user is signed out, and why. The token is removed from memory. */
  'signed-out': { readonly reason: SignedOutReason }
  /** The session expires at this time (milliseconds since 1970) unless it is used: any call extends it. */
  'session-expiring': { readonly expiresAt: number }
}

export interface NewUser {
  readonly username: string
  readonly password: string
  readonly email?: string
  readonly remember?: boolean
}

export interface Credentials {
  readonly username: string
  readonly password: string
  readonly remember?: boolean
}

export interface RevokedCounts {
  readonly sessions: number
  readonly rememberMe: number
}

export interface VersionedData {
  readonly data: JsonObject
  readonly version: number
}

export interface AuditEventsPage {
  readonly events: readonly AuditEventResponse[]
  /** Pass it as `before` to get the next page; null on the last page. */
  readonly next: string | null
}

export type Client = ReturnType<typeof createClient>

/**
 * A client of one Latchkey server. In a page it keeps only a token, in memory; the session is in a cookie that scripts cannot read.
 * Calls throw LatchkeyError with the server's code, or with `network.unreachable`, `network.timeout`, `response.invalid`.
 *
 * @throws TypeError naming the option and what is accepted
 */
export function createClient(options: ClientOptions = {}) {
  const env = detectEnvironment()
  const { url, origins, delivery, timeout, notice, key } = resolveOptions(options, env.pageUrl)
  const events = createEvents<ClientEvents>()
  /** The lineage of a session, from the list of sign-ins: its rows name lineages, and the client knows only the id of its session. */
  let listed: { readonly sid: string | undefined; readonly lineage: string | undefined } | undefined
  const call = createApiCall(url, timeout, (...request) => globalThis.fetch(...request))
  const sessionTimer = createSessionTimer(env, notice, {
    expiring: (expiresAt) => events.emit('session-expiring', { expiresAt }),
    // Where the server cannot be reached, the timer checks again later.
    check: () => void session({ passive: true }).catch(() => {}),
  })
  const name = CLIENT_NAME_PREFIX + url
  const dpopSigner = createDpopSigner(name, key, () => Date.now() - (tokenManager.current?.clockAhead ?? 0))

  /** A call that issues a token, bound to the DPoP key where there is one. A rejected DPoP proof must not prevent the sign-in. */
  const tokenCall: ApiCall = async (method, path, callOptions) => {
    const dpop = await dpopSigner.createProof(method, url + path)
    if (dpop === undefined) return call(method, path, callOptions)
    return call<never>(method, path, { ...callOptions, headers: { dpop } }).catch((error: LatchkeyError) => {
      if (error.code !== 'proof.required' || error.detail.reason === 'device') throw error
      return call(method, path, callOptions)
    })
  }

  const tokenManager = createTokenManager(name, env, tokenCall, {
    signedIn({ user, session, clockAhead }) {
      sessionTimer.begin(session, clockAhead)
      events.emit('signed-in', { user, session })
    },
    renewed: ({ session, clockAhead }) => sessionTimer.begin(session, clockAhead),
    activity: sessionTimer.recordActivity,
    signedOut(reason) {
      sessionTimer.end()
      events.emit('signed-out', { reason })
    },
  })
  // A page from the back-forward cache shows an old state: check first whether the user is still signed in.
  env.page?.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) void tokenManager.revalidate().catch(() => {})
  })

  async function signIn(path: string, body: NewUser | Credentials): Promise<SignedIn> {
    const requestedAt = Date.now()
    const { sessionCredential } = tokenManager
    const response = await tokenCall<SignedInResponse>('POST', path, {
      authorization: sessionCredential && `Session ${sessionCredential}`,
      body: { ...body, ...(delivery === 'header' && { delivery }) },
    })
    return signedInOf(tokenManager.begin(response, requestedAt))
  }

  /** A call with the token. A rejected one is repeated once, with a new token or with a DPoP proof. */
  async function authenticatedCall<T>(method: string, path: string, callOptions: ApiCallOptions = {}): Promise<T> {
    const { passive } = callOptions
    const attempt = ({ token, dpop }: RetryCredentials) =>
      call<T>(method, path, {
        ...callOptions,
        authorization: `Bearer ${token}`,
        headers: { ...callOptions.headers, ...(dpop !== undefined && { dpop }) },
      })
    const token = await tokenManager.token({ passive })
    const result = await attempt({ token, dpop: undefined }).catch(async (error: LatchkeyError) => {
      const retry =
        error.status === 401 && (await planRetry({ method, url: url + path, token, passive }, { code: error.code, ...error.detail }))
      if (!retry) throw error
      return attempt(retry)
    })
    if (!passive) tokenManager.recordActivity()
    return result
  }

  async function session({ passive }: PassiveOption = {}): Promise<SignedIn | null> {
    try {
      if (tokenManager.current === undefined) {
        await tokenManager.token({ passive })
        return tokenManager.current === undefined ? null : signedInOf(tokenManager.current)
      }
      const current = await authenticatedCall<CurrentSessionResponse>('GET', '/access/session', { passive })
      sessionTimer.begin(current.session, tokenManager.current?.clockAhead ?? 0)
      return signedInOf(current)
    } catch (error) {
      if (!isSignedOut(error)) throw error
      return null
    }
  }

  const planRetry = createRetryPolicy(tokenManager, dpopSigner)
  const authFetch = createAuthFetch(tokenManager, dpopSigner, planRetry, origins, env.pageUrl ?? url)
  return {
    /** The signed-in user as this page knows it, without a request; `session()` asks the server. */
    get user(): User | null {
      return tokenManager.current?.user ?? null
    },

    /** Creates a user and signs in. */
    register: (user: NewUser) => signIn('/access/register', user),

    /** Signs in with username and password. With `remember`, the user stays signed in after the browser is closed. */
    login: (credentials: Credentials) => signIn('/access/login', credentials),

    /** Revokes this sign-in, or all sign-ins of the user. When it throws, the sign-out is not confirmed. */
    async logout({ everywhere = false } = {}): Promise<RevokedCounts> {
      try {
        await tokenManager.token()
        const userId = tokenManager.current?.user.id ?? ''
        const { ended } = await authenticatedCall<{ ended: RevokedCounts }>(
          'POST',
          `/access/logout/${userId}${everywhere ? '?everywhere=true' : ''}`,
        )
        tokenManager.end('signed_out')
        return ended
      } catch (error) {
        if (!isSignedOut(error)) throw error
        return { sessions: 0, rememberMe: 0 }
      }
    },

    /** The current session, read from the server; null when signed out. After a browser restart, a remember-me login starts a session here. */
    session,

    /** The session's data on the server, shared by all tabs and processes that use the session. */
    data: {
      read: (options: PassiveOption = {}) => authenticatedCall<VersionedData>('GET', '/access/session/data', options),
      /** Applies a merge patch (RFC 7396). With `ifVersion`, only to that version; otherwise it throws `data.conflict`. */
      patch: (patch: JsonObject, { ifVersion }: { readonly ifVersion?: number } = {}) =>
        authenticatedCall<VersionedData>('PATCH', '/access/session/data', {
          body: patch,
          ...(ifVersion !== undefined && { headers: { 'if-match': `"${ifVersion}"` } }),
        }),
    },

    /** A small object in a sealed cookie, kept until the browser is closed: at most 3 KiB. */
    clientData: {
      read: async () => (await authenticatedCall<{ data: JsonObject }>('GET', '/access/client-data')).data,
      write: async (data: JsonObject) =>
        (await authenticatedCall<{ data: JsonObject }>('PUT', '/access/client-data', { body: { data } })).data,
    },

    /** The user's audit log, newest first. */
    auditEvents: {
      list: ({ before, limit, passive }: PassiveOption & { readonly before?: string | undefined; readonly limit?: number } = {}) =>
        authenticatedCall<AuditEventsPage>('GET', `/access/audit-events${query({ before, limit })}`, { passive }),
      /** Records an event of the application, such as `order.placed`. */
      record: (action: string, detail: JsonObject = {}) =>
        authenticatedCall<AuditEventResponse>('POST', '/access/audit-events', { body: { action, detail } }),
    },

    /** The user's sign-ins: one row for each lineage (a remember-me login with its sessions, or a session alone). */
    sessions: {
      async list(options: PassiveOption = {}): Promise<SessionsResponse> {
        const lineages = await authenticatedCall<SessionsResponse>('GET', '/access/sessions', options)
        listed = { sid: tokenManager.current?.session.id, lineage: lineages.find(({ current }) => current)?.id }
        return lineages
      },
      /** Revokes one lineage, named by its id or by the id of any credential in it. The current one: signs out here as well. */
      async end(id: string): Promise<RevokedCounts> {
        const { ended } = await authenticatedCall<{ ended: RevokedCounts }>('DELETE', `/access/sessions/${encodeURIComponent(id)}`)
        const sid = tokenManager.current?.session.id
        if (id === sid || (id === listed?.lineage && listed.sid === sid)) tokenManager.end('signed_out')
        return ended
      },
      endOthers: async () => (await authenticatedCall<{ ended: RevokedCounts }>('DELETE', '/access/sessions?except=current')).ended,
    },

    /** Changes the password and revokes all other sign-ins of the user. */
    async changePassword(current: string, next: string): Promise<SignedIn> {
      const requestedAt = Date.now()
      return signedInOf(
        tokenManager.begin(await authenticatedCall<SignedInResponse>('POST', '/access/password', { body: { current, next } }), requestedAt),
      )
    },

    /** Deletes the user and all of the user's data. */
    async deleteAccount(password: string): Promise<void> {
      await authenticatedCall('DELETE', '/access/account', { body: { password } })
      tokenManager.end('signed_out')
    },

    fetch: authFetch.fetch,
    authorization: authFetch.authorization,
    proof: authFetch.proof,

    /** Subscribes to `signed-in`, `signed-out` or `session-expiring`. Returns a function that unsubscribes. */
    on: <Name extends keyof ClientEvents>(name: Name, listener: Listener<ClientEvents[Name]>) => events.on(name, listener),

    /** Makes `$.ajax`, `$.get` and the like send the token, as `fetch` does. */
    ajax: (jQuery: Ajax) => jQuery.ajaxTransport('+*', (ajaxOptions: AjaxOptions) => ajaxTransport(authFetch, ajaxOptions)),

    /** Makes an axios instance send the token, as `fetch` does. */
    axios: <Config extends AxiosRequest>(instance: Axios<Config>) => interceptAxios(authFetch, instance),
  }
}

function signedInOf({ user, session }: SignedIn): SignedIn {
  return { user, session }
}

function query(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const pairs = Object.entries(parameters).flatMap(([name, text]) => (text === undefined ? [] : [`${name}=${encodeURIComponent(text)}`]))
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}
