// latchkey/client: what an application loads to sign people in, to call with a token, and to hear when it is over.

import { CLIENT_NAME_PREFIX } from '../domain/persisted-names.ts'
import type { AuditEventAnswer, SessionsAnswer, SignedInAnswer, WhoAnswer } from '../http/contract.ts'
import { type Ajax, type AjaxOptions, type Axios, type AxiosRequest, ajaxTransport, interceptAxios } from './adapters.ts'
import { type Call, type CallOptions, createCall, isSignedOut } from './calls.ts'
import { createCarrier, type Passively } from './carrier.ts'
import { createEvents, type Listener } from './events.ts'
import { createHolder, type SignedOutReason } from './holder.ts'
import { type ClientOptions, settled } from './options.ts'
import type { LatchkeyError } from './problem.ts'
import { createProver } from './prover.ts'
import { createRemedy, type Remedy } from './remedy.ts'
import { lookAround } from './surroundings.ts'
import { createWatch } from './watch.ts'

export type User = SignedInAnswer['user']
export type Session = SignedInAnswer['session']
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

export interface EndedCounts {
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
  const around = lookAround()
  const { url, origins, delivery, timeout, notice, key } = settled(options, around.pageUrl)
  const events = createEvents<ClientEvents>()
  const call = createCall(url, timeout, (...request) => globalThis.fetch(...request))
  const watch = createWatch(around, notice, {
    expiring: (at) => events.tell('expiring', { at }),
    // Whoever cannot be asked now is asked again later.
    check: () => void session({ passive: true }).catch(() => {}),
  })
  const name = CLIENT_NAME_PREFIX + url
  const prover = createProver(name, key, () => Date.now() - (holder.current?.clockAhead ?? 0))

  /** A call that hands out a token, which is bound to the key where there is one. Whatever is wrong with the proof, it signs in. */
  const mint: Call = async (method, path, callOptions) => {
    const dpop = await prover.prove(method, url + path)
    if (dpop === undefined) return call(method, path, callOptions)
    return call<never>(method, path, { ...callOptions, headers: { dpop } }).catch((error: LatchkeyError) => {
      if (error.code !== 'proof.required' || error.detail.reason === 'device') throw error
      return call(method, path, callOptions)
    })
  }

  const holder = createHolder(name, around, mint, {
    signedIn({ user, session, clockAhead }) {
      watch.begin(session, clockAhead)
      events.tell('signed-in', { user, session })
    },
    renewed: ({ session, clockAhead }) => watch.begin(session, clockAhead),
    seen: watch.seen,
    signedOut(reason) {
      watch.end()
      events.tell('signed-out', { reason })
    },
  })
  // A page out of the back-forward cache shows what was true when it was left: whether it still is comes first.
  around.page?.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) void holder.recheck().catch(() => {})
  })

  async function signIn(path: string, body: NewUser | Credentials): Promise<SignedIn> {
    const askedAt = Date.now()
    const { sessionCredential } = holder
    const answer = await mint<SignedInAnswer>('POST', path, {
      authorization: sessionCredential && `Session ${sessionCredential}`,
      body: { ...body, ...(delivery === 'header' && { delivery }) },
    })
    return whoIn(holder.begin(answer, askedAt))
  }

  /** A call with the token, and once more with another one, or with a proof of the key, when that is refused. */
  async function own<T>(method: string, path: string, callOptions: CallOptions = {}): Promise<T> {
    const { passive } = callOptions
    const act = ({ token, dpop }: Remedy) =>
      call<T>(method, path, {
        ...callOptions,
        authorization: `Bearer ${token}`,
        headers: { ...callOptions.headers, ...(dpop !== undefined && { dpop }) },
      })
    const token = await holder.token({ passive })
    const answer = await act({ token, dpop: undefined }).catch(async (error: LatchkeyError) => {
      const remedy =
        error.status === 401 && (await findRemedy({ method, url: url + path, token, passive }, { code: error.code, ...error.detail }))
      if (!remedy) throw error
      return act(remedy)
    })
    if (!passive) holder.noteSeen()
    return answer
  }

  async function session({ passive }: Passively = {}): Promise<SignedIn | null> {
    try {
      if (holder.current === undefined) {
        await holder.token({ passive })
        return holder.current === undefined ? null : whoIn(holder.current)
      }
      const who = await own<WhoAnswer>('GET', '/access/session', { passive })
      watch.begin(who.session, holder.current?.clockAhead ?? 0)
      return whoIn(who)
    } catch (error) {
      if (!isSignedOut(error)) throw error
      return null
    }
  }

  const findRemedy = createRemedy(holder, prover)
  const carrier = createCarrier(holder, prover, findRemedy, origins, around.pageUrl ?? url)
  return {
    /** Who is signed in here, as far as this page knows; `session()` asks. */
    get user(): User | null {
      return holder.current?.user ?? null
    },

    /** Creates a user and signs in. */
    register: (user: NewUser) => signIn('/access/register', user),

    /** Signs in with a name and a password; with `remember`, also after the browser was closed. */
    login: (credentials: Credentials) => signIn('/access/login', credentials),

    /** Ends this sign-in, or all of the user's; when it throws, nothing is known to have ended. */
    async logout({ everywhere = false } = {}): Promise<EndedCounts> {
      try {
        await holder.token()
        const code = holder.current?.user.id ?? ''
        const { ended } = await own<{ ended: EndedCounts }>('POST', `/access/logout/${code}${everywhere ? '?everywhere=true' : ''}`)
        holder.end('signed_out')
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
      read: (passively: Passively = {}) => own<VersionedData>('GET', '/access/session/data', passively),
      /** Applies a merge patch (RFC 7396); with `ifVersion` to that version alone, else `data.conflict`. */
      patch: (patch: JsonObject, { ifVersion }: { readonly ifVersion?: number } = {}) =>
        own<VersionedData>('PATCH', '/access/session/data', {
          body: patch,
          ...(ifVersion !== undefined && { headers: { 'if-match': `"${ifVersion}"` } }),
        }),
    },

    /** A little that the browser itself keeps, sealed, until it is closed: at most 3 KiB. */
    clientData: {
      read: async () => (await own<{ data: JsonObject }>('GET', '/access/client-data')).data,
      write: async (data: JsonObject) => (await own<{ data: JsonObject }>('PUT', '/access/client-data', { body: { data } })).data,
    },

    /** The user's record, newest first. */
    auditEvents: {
      list: ({ before, limit, passive }: Passively & { readonly before?: string | undefined; readonly limit?: number } = {}) =>
        own<AuditEventsPage>('GET', `/access/audit-events${query({ before, limit })}`, { passive }),
      /** Records an operation of the application's own, such as `order.placed`. */
      record: (action: string, detail: JsonObject = {}) => own<AuditEventAnswer>('POST', '/access/audit-events', { body: { action, detail } }),
    },

    /** The user's sessions and remembered logins. */
    sessions: {
      list: (passively: Passively = {}) => own<SessionsAnswer>('GET', '/access/sessions', passively),
      /** Ends a session, or a remembered login with every session that it started. */
      async end(id: string): Promise<EndedCounts> {
        const { ended } = await own<{ ended: EndedCounts }>('DELETE', `/access/sessions/${encodeURIComponent(id)}`)
        if (id === holder.current?.session.id) holder.end('signed_out')
        return ended
      },
      endOthers: async () => (await own<{ ended: EndedCounts }>('DELETE', '/access/sessions?except=current')).ended,
    },

    /** Changes the password; every other sign-in of the user ends. */
    async changePassword(current: string, next: string): Promise<SignedIn> {
      const askedAt = Date.now()
      return whoIn(holder.begin(await own<SignedInAnswer>('POST', '/access/password', { body: { current, next } }), askedAt))
    },

    /** Deletes the user and all that belongs to them. */
    async deleteAccount(password: string): Promise<void> {
      await own('DELETE', '/access/account', { body: { password } })
      holder.end('signed_out')
    },

    fetch: carrier.fetch,
    authorization: carrier.authorization,
    proof: carrier.proof,

    /** Tells of `signed-in`, `signed-out` and `expiring`. Returns what stops it. */
    on: <Name extends keyof ClientEvents>(name: Name, listener: Listener<ClientEvents[Name]>) => events.on(name, listener),

    /** Makes `$.ajax`, `$.get` and the like carry the token, as `fetch` does. */
    ajax: (jQuery: Ajax) => jQuery.ajaxTransport('+*', (ajaxOptions: AjaxOptions) => ajaxTransport(carrier, ajaxOptions)),

    /** Makes an axios instance carry the token, as `fetch` does. */
    axios: <Config extends AxiosRequest>(instance: Axios<Config>) => interceptAxios(carrier, instance),
  }
}

function whoIn({ user, session }: SignedIn): SignedIn {
  return { user, session }
}

function query(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(parameters).flatMap(([name, text]) => (text === undefined ? [] : [`${name}=${encodeURIComponent(text)}`]))
  return given.length === 0 ? '' : `?${given.join('&')}`
}
