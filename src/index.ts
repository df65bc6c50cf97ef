// Latchkey as a library.

import { type AssemblyHooks, assemble, emitWarning, isProduction } from './assemble.ts'
import { type Delivery, deviceOf } from './domain/credential.ts'
import { AuthError } from './domain/errors.ts'
import type { ImportValues } from './domain/imported-user.ts'
import { publicKeys, type SigningKey, type SigningKeys } from './domain/key-ring.ts'
import type { JsonObject } from './domain/session-data.ts'
import { publicUser, type User } from './domain/user.ts'
import { changePassword, deleteAccount } from './engine/account.ts'
import { describeSession } from './engine/describe.ts'
import { UnprovenDevice } from './engine/device-proofs.ts'
import type { Engine } from './engine/engine.ts'
import { type ImportOptions, type ImportResult, importUsers } from './engine/import-users.ts'
import type { SignedIn } from './engine/issue.ts'
import { rotateSigningKey } from './engine/keys.ts'
import { login } from './engine/login.ts'
import { type EndedCounts, logout } from './engine/logout.ts'
import { listAuditEvents, recordAuditEvent } from './engine/operations.ts'
import type { Whence } from './engine/parts.ts'
import type { Principal, SessionView, Via } from './engine/principal.ts'
import { register } from './engine/register.ts'
import { restore } from './engine/restore.ts'
import { countToRevoke, type Revocation, type RevokeCounts, revoke } from './engine/revoke.ts'
import type { Acknowledged } from './engine/roll-call.ts'
import { patchSessionData, readSessionData, type SessionData } from './engine/session-data.ts'
import { endCredential, endOtherCredentials, type ListedCredential, listCredentials } from './engine/sessions.ts'
import { mintForSession } from './engine/tokens.ts'
import { addUser, deleteUser, findUser, setDisabled, setPassword, setRoles, type UserResult } from './engine/users.ts'
import { signInVouched } from './engine/vouched.ts'
import type { Auth } from './http/auth.ts'
import { signInCookies } from './http/cookies.ts'
import { offerToBind } from './http/device-offer.ts'
import { type EmbeddedPaths, embeddedPaths } from './http/embedded.ts'
import { fetchHandler, type Peer } from './http/fetch.ts'
import { type Authentication, createGuard, type Guard } from './http/guard.ts'
import type { GuardOptions, RouteOptions } from './http/guard-options.ts'
import { createHandler, type Handle } from './http/handler.ts'
import { createProtect, type Passage, type Protect } from './http/protect.ts'
import { createReadiness } from './http/readiness.ts'
import { Refused } from './http/refused.ts'
import type { App } from './http/route.ts'
import { refusalPageWith } from './pages/refusal-page.ts'
import { pageRoutes } from './pages/routes.ts'
import { publicUrlWarning, requirePublicUrl } from './public-url.ts'
import { readSettings, type SettingInputs } from './settings.ts'

export { AuthError, type ErrorCode, StoreError } from './domain/errors.ts'
export { statusOf } from './http/problem.ts'
export { SettingError } from './settings.ts'
export type {
  Acknowledged,
  AssemblyHooks,
  Auth,
  Authentication,
  EmbeddedPaths,
  EndedCounts,
  Guard,
  GuardOptions,
  Handle,
  ImportOptions,
  ImportResult,
  JsonObject,
  ListedCredential,
  Passage,
  Peer,
  Principal,
  Protect,
  Revocation,
  RevokeCounts,
  RouteOptions,
  SessionData,
  SessionView,
  SignedIn,
  SigningKey,
  SigningKeys,
  User,
  Via,
  Whence,
}
export { Refused }

const NOWHERE: Whence = { ip: '', userAgent: '' }
const NOTHING = { sessions: [], rememberMe: [] }

/** A user from elsewhere: the hash as the other software has stored it. */
export interface ImportRow extends ImportValues {
  readonly username: string
  readonly hash: string
  readonly email?: string | null
  /** A list, or one text with commas or spaces. */
  readonly roles?: readonly string[] | string
  /** ISO 8601, or seconds or milliseconds since 1970. */
  readonly createdAt?: Date | string | number | null
  readonly disabled?: boolean
}

export type LatchkeyOptions = SettingInputs

/** What an operator's change came to. */
export interface UserChanged {
  /** As they are now; as they were, where they have been deleted. */
  readonly user: User
  /** What of theirs has ended by it. */
  readonly ended: EndedCounts
}

/**
 * Latchkey inside a TypeScript server.
 *
 * @param options by their names in camel case, in the same text as in the environment: `{ databaseUrl: 'sqlite:app.db',
 *   sessionIdleTimeout: '20m', allowedOrigins: ['https://app.example.com'] }`. Everything has a default.
 * @throws SettingError (a TypeError) naming the option and what is accepted; StoreError when the database cannot be opened
 */
export async function createLatchkey(options: LatchkeyOptions = {}, hooks: AssemblyHooks = {}): Promise<Latchkey> {
  const settings = readSettings(options, (key) => key)
  const onWarning = hooks.onWarning ?? emitWarning
  if (options.secret !== undefined && settings.secret === undefined) onWarning('secret is empty, which counts as not set.')
  requirePublicUrl(settings.publicUrl, isProduction())
  const warning = publicUrlWarning(settings.publicUrl, isProduction())
  if (warning !== undefined) onWarning(warning)
  const publicUrl = settings.publicUrl ?? `http://localhost:${settings.port}`
  const engine = await assemble(settings, publicUrl, { ...hooks, onWarning })
  return latchkeyOver(engine, publicUrl, { ...hooks, onWarning })
}

export type Latchkey = ReturnType<typeof latchkeyOver>

function latchkeyOver(engine: Engine, publicUrl: string, hooks: AssemblyHooks) {
  const pages = pageRoutes()
  const refusalPage = refusalPageWith(engine.policy.cookies.stem)
  const app: App = {
    parts: engine,
    publicUrl,
    readiness: createReadiness(engine),
    isStopping: () => false,
    pages,
    ...(hooks.onWarning && { onWarning: hooks.onWarning }),
    // What is not there is for the host to say, in its own pages' looks.
    refusalPage: async (request, error, id) => (error.code === 'resource.not_found' ? undefined : refusalPage(request, error, id)),
  }
  const handle = createHandler(app)
  const guard = createGuard(engine)

  return {
    /** Answers every path of Latchkey, and 404 to the rest. `peer` is the client, as the host knows it. */
    handler: fetchHandler(handle),

    /** The same for adapters, without the Fetch API's objects. */
    handle,

    /**
     * Who a request to a route of the host's own is. A request that changes something (any method but GET, HEAD and OPTIONS)
     * needs its credential in the header: with a cookie alone the error is `csrf.header_required`. With `proof: 'header'` every
     * request does; with `proof: 'key'` a token that is bound to a key also needs a proof of it, or the error is `proof.required`.
     * With `fresh` the password must have been typed in this session within LATCHKEY_FRESH_AGE, or in the time it
     * says: otherwise the error is `reauthentication.required`. With `role` the user must have it: otherwise it is `role.required`.
     *
     * @throws StoreError
     */
    async authenticate(request: Request, options?: GuardOptions): Promise<Authentication> {
      const { method, headers, url } = request
      return guard({ method, header: (name) => headers.get(name), target: new URL(url).pathname, of: request }, options)
    },

    /** The same by method and headers alone; at once where the credential was verified before. */
    guard,

    /** A guard for one route of the host's own, for adapters: who passes is described, who does not is answered. */
    protect: createProtect(app, (error) => hooks.onFault?.('guard', error)),

    /** A refusal as an error that frameworks answer by themselves; `latchkey.refusal(who.error).getResponse()` is a Response. */
    refusal: (error: AuthError): Refused => new Refused(error, publicUrl),

    /** The paths that `handle` answers in a host's own server, for adapters. */
    paths: embeddedPaths(pages),

    /** Creates a user and signs in; the session's credential is in the answer, for the host to hand out. @throws StoreError */
    register: (user: { username: string; password: string; email?: string; remember?: boolean }, whence: Whence = NOWHERE) =>
      register(engine, { delivery: 'header', remember: false, ...user, email: user.email ?? null }, bounded(whence), NOTHING),

    /** Signs in with a name and a password. @throws StoreError */
    login: (who: { username: string; password: string; remember?: boolean }, whence: Whence = NOWHERE) =>
      login(engine, { delivery: 'header', remember: false, knownDevice: undefined, ...who }, bounded(whence), NOTHING),

    /**
     * Turns a remembered login into a session; the login's credential may be a new one afterwards. One that is bound to a device
     * needs the value of that cookie too. @throws StoreError
     */
    restore: async (remembered: string, whence: Whence = NOWHERE, deviceProof?: string): Promise<SignedIn | AuthError> => {
      const restored = await restore(engine, remembered, bounded(whence), deviceProof)
      return restored instanceof UnprovenDevice ? restored.refusal : restored
    },

    /** A token for the principal's session. @throws StoreError */
    token: (principal: Principal) => mintForSession(engine, principal),

    /** Ends the principal's lineage, or all of the user's credentials. @throws StoreError; then nothing is known to have ended */
    logout: (principal: Principal, { everywhere = false } = {}, whence: Whence = NOWHERE) =>
      logout(engine, principal, everywhere, bounded(whence)),

    session: (principal: Principal) => describeSession(engine, principal),
    sessions: (principal: Principal) => listCredentials(engine, principal),
    endSession: (principal: Principal, id: string, whence: Whence = NOWHERE) => endCredential(engine, principal, id, bounded(whence)),
    endOtherSessions: (principal: Principal, whence: Whence = NOWHERE) => endOtherCredentials(engine, principal, bounded(whence)),

    data: (principal: Principal) => readSessionData(engine, principal),
    /** Applies a merge patch (RFC 7396) to the session's data, with `ifVersion` to that version alone. @throws StoreError */
    patchData: (principal: Principal, patch: JsonObject, ifVersion?: number) =>
      patchSessionData(engine, principal, patch, ifVersion === undefined ? undefined : [ifVersion]),

    auditEvents: (principal: Principal, page: { before?: string; limit?: number } = {}) =>
      listAuditEvents(engine, principal, page.before, page.limit ?? 50),
    /** Records an operation of the application's own, such as `order.placed`. @throws StoreError */
    record: (principal: Principal, action: string, detail: JsonObject = {}, whence: Whence = NOWHERE) =>
      recordAuditEvent(engine, principal, action, detail, bounded(whence)),

    changePassword: (principal: Principal, passwords: { current: string; next: string }, whence: Whence = NOWHERE) =>
      changePassword(engine, principal, { password: passwords.current, knownDevice: undefined }, passwords.next, bounded(whence)),
    deleteAccount: (principal: Principal, password: string, whence: Whence = NOWHERE) =>
      deleteAccount(engine, principal, { password, knownDevice: undefined }, bounded(whence)),

    /** What an operator does: no credential is asked for, so never hand these to a request. */
    users: {
      add: async (user: {
        username: string
        password: string
        email?: string
        roles?: readonly string[]
        reuseName?: boolean
      }): Promise<User | AuthError> => {
        const added = await addUser(engine, 'operator', { ...user, email: user.email ?? null, roles: user.roles ?? [] })
        return added instanceof AuthError ? added : publicUser(added)
      },
      /** Users with the hashes of other software, a result for each, counted from 1. Nothing happens until results are read. @throws StoreError */
      import: (rows: AsyncIterable<ImportRow> | Iterable<ImportRow>, options?: ImportOptions) =>
        importUsers(engine, numbered(rows), options),
      find: async (nameOrCode: string): Promise<User | undefined> => {
        const found = await findUser(engine, nameOrCode)
        return found && publicUser(found)
      },
      setRoles: async (nameOrCode: string, roles: readonly string[]) => changed(await setRoles(engine, 'operator', nameOrCode, roles)),
      setDisabled: async (nameOrCode: string, disabled: boolean) => changed(await setDisabled(engine, 'operator', nameOrCode, disabled)),
      setPassword: async (nameOrCode: string, password: string) => changed(await setPassword(engine, 'operator', nameOrCode, password)),
      delete: async (nameOrCode: string) => changed(await deleteUser(engine, 'operator', nameOrCode)),
      /**
       * Signs in somebody whom the host knows by other means: single sign-on, a link in a mail, an old session. It counts as no
       * password, so nothing that asks for a fresh sign-in is open. `cookies` hands it out. @throws StoreError
       */
      signIn: (nameOrCode: string, wish: { remember?: boolean; delivery?: Delivery; data?: JsonObject } = {}, whence: Whence = NOWHERE) =>
        signInVouched(engine, nameOrCode, { remember: false, delivery: 'cookie', data: {}, ...wish }, bounded(whence)),
      /**
       * Ends one credential, a lineage, everything of a user, or everything at large: `{ before }` and `{ all: true }` take many
       * writes, and the same again goes on where one has failed. With `dryRun` it is only counted. @throws StoreError
       */
      revoke: (what: Revocation, { dryRun = false }: { dryRun?: boolean } = {}) =>
        dryRun ? countToRevoke(engine, what) : revoke(engine, 'operator', what),
    },

    /**
     * Who has heard everything that has ended so far: asks every process and waits for a second after the last answer. This one
     * counts too. @throws StoreError
     */
    rollCall: (): Promise<Acknowledged> => engine.rollCall.take(),

    /** The Set-Cookie values that hand out what a sign-in made, where it is delivered by cookie. */
    cookies: (signedIn: SignedIn): readonly string[] => signInCookies(signedIn, engine.policy.cookies, engine.clock.now()),

    /**
     * The value of the header Secure-Session-Registration, which goes out with these cookies and has a browser that can bind the sign-in
     * to its device; undefined where nothing is offered.
     */
    deviceOffer: (signedIn: SignedIn): string | undefined => offerToBind(signedIn),

    /** Retires the signing key, and begins to sign with the next. @throws StoreError */
    rotateKeys: async (): Promise<SigningKeys | AuthError> => {
      const ring = await rotateSigningKey(engine, 'operator')
      return ring instanceof AuthError ? ring : publicKeys(ring)
    },

    /** Writes what has gathered and closes the store. @throws StoreError */
    async close(): Promise<void> {
      try {
        await engine.stop()
      } finally {
        await engine.store.close()
      }
    },
  }
}

/** What the engine has changed, as the host gets to see it. */
function changed(result: UserResult | AuthError): UserChanged | AuthError {
  return result instanceof AuthError ? result : { user: publicUser(result.user), ended: result.ended }
}

async function* numbered(rows: AsyncIterable<ImportRow> | Iterable<ImportRow>) {
  let line = 0
  for await (const values of rows) {
    line += 1
    yield { line, values }
  }
}

function bounded({ ip, userAgent }: Whence): Whence {
  return { ip, userAgent: deviceOf(userAgent) }
}
