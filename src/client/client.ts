// latchkey/client: what an application loads to sign people in, to call with a token, and to hear when it is over.

import { CLIENT_NAME_PREFIX } from '../domain/persisted-names.ts'
import type { AuditEventAnswer, CurrentSessionResponse, SessionsResponse, SignedInResponse } from '../http/contract.ts'
import { type Ajax, type AjaxOptions, type Axios, type AxiosRequest, ajaxTransport, interceptAxios } from './adapters.ts'
import { createAuthFetch, type PassiveOption } from './auth-fetch.ts'
import { createDpopSigner } from './dpop.ts'
import { detectEnvironment } from './environment.ts'
import { createEvents, type Listener } from './events.ts'
import { type ApiCall, type ApiCallOptions, createApiCall, isSignedOut } from './http.ts'
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
  /** Somebody is signed in, here or in another tab. */
  'signed-in': SignedIn
  /** Nobody is any more, and why: what was in memory is gone. */
  'signed-out': { readonly reason: SignedOutReason }
  /** The session ends then, in milliseconds since 1970, unless something is done: any call keeps it. */
  expiring: { readonly at: number }
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
  readonly events: readonly AuditEventAnswer[]
  /** Hand it in as `before` for the page that follows; null on the last. */
  readonly next: string | null
}

export type Client = ReturnType<typeof createClient>

/**
 * A client of one Latchkey. In a page it keeps nothing but a token in memory; the session is in a cookie that no script reads.
 * Calls throw LatchkeyError with the server's code, or with `network.unreachable`, `network.timeout`, `answer.unreadable`.
 *
 * @throws TypeError naming the option and what is accepted
 */
export function createClient(options: ClientOptions = {}) {
  const env = detectEnvironment()
  const { url, origins, delivery, timeout, notice, key } = resolveOptions(options, env.pageUrl)
  const events = createEvents<ClientEvents>()
  const call = createApiCall(url, timeout, (...request) => globalThis.fetch(...request))
  const sessionTimer = createSessionTimer(env, notice, {
    expiring: (at) => events.emit('expiring', { at }),
    // Whoever cannot be asked now is asked again later.
    check: () => void session({ passive: true }).catch(() => {}),
  })
  const name = CLIENT_NAME_PREFIX + url
  const dpopSigner = createDpopSigner(name, key, () => Date.now() - (tokenManager.current?.clockAhead ?? 0))

  /** A call that hands out a token, which is bound to the key where there is one. Whatever is wrong with the proof, it signs in. */
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
  // A page out of the back-forward cache shows what was true when it was left: whether it still is comes first.
  env.page?.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) void tokenManager.revalidate().catch(() => {})
  })

  async function signIn(path: string, body: NewUser | Credentials): Promise<SignedIn> {
    const askedAt = Date.now()
    const { sessionCredential } = tokenManager
    const answer = await tokenCall<SignedInResponse>('POST', path, {
      authorization: sessionCredential && `Session ${sessionCredential}`,
      body: { ...body, ...(delivery === 'header' && { delivery }) },
    })
    return signedInOf(tokenManager.begin(answer, askedAt))
  }

  /** A call with the token, and once more with another one, or with a proof of the key, when that is refused. */
  async function authenticatedCall<T>(method: string, path: string, callOptions: ApiCallOptions = {}): Promise<T> {
    const { passive } = callOptions
    const attempt = ({ token, dpop }: RetryCredentials) =>
      call<T>(method, path, {
        ...callOptions,
        authorization: `Bearer ${token}`,
        headers: { ...callOptions.headers, ...(dpop !== undefined && { dpop }) },
      })
    const token = await tokenManager.token({ passive })
    const answer = await attempt({ token, dpop: undefined }).catch(async (error: LatchkeyError) => {
      const retry =
        error.status === 401 && (await planRetry({ method, url: url + path, token, passive }, { code: error.code, ...error.detail }))
      if (!retry) throw error
      return attempt(retry)
    })
    if (!passive) tokenManager.recordActivity()
    return answer
  }

  async function session({ passive }: PassiveOption = {}): Promise<SignedIn | null> {
    try {
      if (tokenManager.current === undefined) {
        await tokenManager.token({ passive })
        return tokenManager.current === undefined ? null : signedInOf(tokenManager.current)
      }
      const who = await authenticatedCall<CurrentSessionResponse>('GET', '/access/session', { passive })
      sessionTimer.begin(who.session, tokenManager.current?.clockAhead ?? 0)
      return signedInOf(who)
    } catch (error) {
      if (!isSignedOut(error)) throw error
      return null
    }
  }

  const planRetry = createRetryPolicy(tokenManager, dpopSigner)
  const authFetch = createAuthFetch(tokenManager, dpopSigner, planRetry, origins, env.pageUrl ?? url)
  return {
    /** Who is signed in here, as far as this page knows; `session()` asks. */
    get user(): User | null {
      return tokenManager.current?.user ?? null
    },

    /** Creates a user and signs in. */
    register: (user: NewUser) => signIn('/access/register', user),

    /** Signs in with a name and a password; with `remember`, also after the browser was closed. */
    login: (credentials: Credentials) => signIn('/access/login', credentials),

    /** Ends this sign-in, or all of the user's; when it throws, nothing is known to have ended. */
    async logout({ everywhere = false } = {}): Promise<RevokedCounts> {
      try {
        await tokenManager.token()
        const code = tokenManager.current?.user.id ?? ''
        const { ended } = await authenticatedCall<{ ended: RevokedCounts }>(
          'POST',
          `/access/logout/${code}${everywhere ? '?everywhere=true' : ''}`,
        )
        tokenManager.end('signed_out')
        return ended
      } catch (error) {
        if (!isSignedOut(error)) throw error
        return { sessions: 0, rememberMe: 0 }
      }
    },

    /** Who is signed in, asked of the server, or null. After a restart of the browser a remembered login signs in here. */
    session,

    /** What the session holds on the server, shared by all that know it. */
    data: {
      read: (passively: PassiveOption = {}) => authenticatedCall<VersionedData>('GET', '/access/session/data', passively),
      /** Applies a merge patch (RFC 7396); with `ifVersion` to that version alone, else `data.conflict`. */
      patch: (patch: JsonObject, { ifVersion }: { readonly ifVersion?: number } = {}) =>
        authenticatedCall<VersionedData>('PATCH', '/access/session/data', {
          body: patch,
          ...(ifVersion !== undefined && { headers: { 'if-match': `"${ifVersion}"` } }),
        }),
    },

    /** A little that the browser itself keeps, sealed, until it is closed: at most 3 KiB. */
    clientData: {
      read: async () => (await authenticatedCall<{ data: JsonObject }>('GET', '/access/client-data')).data,
      write: async (data: JsonObject) =>
        (await authenticatedCall<{ data: JsonObject }>('PUT', '/access/client-data', { body: { data } })).data,
    },

    /** The user's record, newest first. */
    auditEvents: {
      list: ({ before, limit, passive }: PassiveOption & { readonly before?: string | undefined; readonly limit?: number } = {}) =>
        authenticatedCall<AuditEventsPage>('GET', `/access/audit-events${query({ before, limit })}`, { passive }),
      /** Records an operation of the application's own, such as `order.placed`. */
      record: (action: string, detail: JsonObject = {}) =>
        authenticatedCall<AuditEventAnswer>('POST', '/access/audit-events', { body: { action, detail } }),
    },

    /** The user's sessions and remembered logins. */
    sessions: {
      list: (passively: PassiveOption = {}) => authenticatedCall<SessionsResponse>('GET', '/access/sessions', passively),
      /** Ends a session, or a remembered login with every session that it started. */
      async end(id: string): Promise<RevokedCounts> {
        const { ended } = await authenticatedCall<{ ended: RevokedCounts }>('DELETE', `/access/sessions/${encodeURIComponent(id)}`)
        if (id === tokenManager.current?.session.id) tokenManager.end('signed_out')
        return ended
      },
      endOthers: async () => (await authenticatedCall<{ ended: RevokedCounts }>('DELETE', '/access/sessions?except=current')).ended,
    },

    /** Changes the password; every other sign-in of the user ends. */
    async changePassword(current: string, next: string): Promise<SignedIn> {
      const askedAt = Date.now()
      return signedInOf(
        tokenManager.begin(await authenticatedCall<SignedInResponse>('POST', '/access/password', { body: { current, next } }), askedAt),
      )
    },

    /** Deletes the user and all that belongs to them. */
    async deleteAccount(password: string): Promise<void> {
      await authenticatedCall('DELETE', '/access/account', { body: { password } })
      tokenManager.end('signed_out')
    },

    fetch: authFetch.fetch,
    authorization: authFetch.authorization,
    proof: authFetch.proof,

    /** Tells of `signed-in`, `signed-out` and `expiring`. Returns what stops it. */
    on: <Name extends keyof ClientEvents>(name: Name, listener: Listener<ClientEvents[Name]>) => events.on(name, listener),

    /** Makes `$.ajax`, `$.get` and the like carry the token, as `fetch` does. */
    ajax: (jQuery: Ajax) => jQuery.ajaxTransport('+*', (ajaxOptions: AjaxOptions) => ajaxTransport(authFetch, ajaxOptions)),

    /** Makes an axios instance carry the token, as `fetch` does. */
    axios: <Config extends AxiosRequest>(instance: Axios<Config>) => interceptAxios(authFetch, instance),
  }
}

function signedInOf({ user, session }: SignedIn): SignedIn {
  return { user, session }
}

function query(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(parameters).flatMap(([name, text]) => (text === undefined ? [] : [`${name}=${encodeURIComponent(text)}`]))
  return given.length === 0 ? '' : `?${given.join('&')}`
}
