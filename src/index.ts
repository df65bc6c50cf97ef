// Latchkey as a library.

import { compose, emitWarning, isProduction, type Overrides } from './compose.ts'
import { boundedUserAgent, type Delivery } from './domain/credential.ts'
import { AuthError } from './domain/errors.ts'
import type { ImportValues } from './domain/imported-user.ts'
import { publicKeys, type SigningKey, type SigningKeys } from './domain/key-ring.ts'
import type { JsonObject } from './domain/session-data.ts'
import { publicUser, type User } from './domain/user.ts'
import { changePassword, deleteAccount } from './engine/account.ts'
import { listAuditEvents, recordAuditEvent } from './engine/audit-events.ts'
import type { ClientInfo } from './engine/context.ts'
import { DeviceProofRequired } from './engine/dbsc-proofs.ts'
import type { Engine } from './engine/engine.ts'
import { signInExternal } from './engine/external-sign-in.ts'
import { type ImportOptions, type ImportResult, importUsers } from './engine/import-users.ts'
import type { SignInResult } from './engine/issue.ts'
import { rotateSigningKey } from './engine/keys.ts'
import { login } from './engine/login.ts'
import { logout, type RevokedCounts } from './engine/logout.ts'
import type { CredentialTransport, Principal, SessionView } from './engine/principal.ts'
import { register } from './engine/register.ts'
import { resumeSession } from './engine/remember-me.ts'
import type { PropagationReport } from './engine/revocation-acknowledgement.ts'
import { countRevocable, type RevocationCounts, type RevocationTarget, revoke } from './engine/revoke.ts'
import { patchSessionData, readSessionData, type SessionData } from './engine/session-data.ts'
import { getSessionView } from './engine/session-view.ts'
import { type ListedCredential, listCredentials, revokeCredential, revokeOtherCredentials } from './engine/sessions.ts'
import { issueTokenForSession } from './engine/tokens.ts'
import { addUser, deleteUser, findUser, setDisabled, setPassword, setRoles, type UserResult } from './engine/users.ts'
import { type AdapterPaths, adapterPaths } from './http/adapter-target.ts'
import type { AuthContext } from './http/auth-context.ts'
import { AuthHttpError } from './http/auth-http-error.ts'
import { signInCookies } from './http/cookies.ts'
import { dbscRegistrationHeader } from './http/dbsc-registration.ts'
import { fetchHandler, type Peer } from './http/fetch.ts'
import { type AuthenticationResult, createGuard, type Guard } from './http/guard.ts'
import type { GuardOptions, RouteOptions } from './http/guard-options.ts'
import { createHandler, type Handle } from './http/handler.ts'
import { createReadiness } from './http/readiness.ts'
import type { App } from './http/route.ts'
import { createRouteGuard, type GuardResult, type RouteGuard } from './http/route-guard.ts'
import { refusalPageWith } from './pages/refusal-page.ts'
import { pageRoutes } from './pages/routes.ts'
import { publicUrlWarning, requirePublicUrl } from './public-url.ts'
import { readSettings, type SettingInputs } from './settings.ts'

export { AuthError, type ErrorCode, StoreError } from './domain/errors.ts'
export { statusOf } from './http/problem.ts'
export { SettingError } from './settings.ts'
export type {
  AdapterPaths,
  AuthContext,
  AuthenticationResult,
  ClientInfo,
  CredentialTransport,
  Guard,
  GuardOptions,
  GuardResult,
  Handle,
  ImportOptions,
  ImportResult,
  JsonObject,
  ListedCredential,
  Overrides,
  Peer,
  Principal,
  PropagationReport,
  RevocationCounts,
  RevocationTarget,
  RevokedCounts,
  RouteGuard,
  RouteOptions,
  SessionData,
  SessionView,
  SignInResult,
  SigningKey,
  SigningKeys,
  User,
}
export { AuthHttpError }

const NO_CLIENT_INFO: ClientInfo = { ip: '', userAgent: '' }
const NO_CREDENTIALS = { sessions: [], rememberMe: [] }

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
export interface UserChangeResult {
  /** As they are now; as they were, where they have been deleted. */
  readonly user: User
  /** What of theirs has ended by it. */
  readonly ended: RevokedCounts
}

/**
 * Latchkey inside a TypeScript server.
 *
 * @param options by their names in camel case, in the same text as in the environment: `{ databaseUrl: 'sqlite:app.db',
 *   sessionIdleTimeout: '20m', allowedOrigins: ['https://app.example.com'] }`. Everything has a default.
 * @throws SettingError (a TypeError) naming the option and what is accepted; StoreError when the database cannot be opened
 */
export async function createLatchkey(options: LatchkeyOptions = {}, overrides: Overrides = {}): Promise<Latchkey> {
  const settings = readSettings(options, (key) => key)
  const onWarning = overrides.onWarning ?? emitWarning
  if (options.secret !== undefined && settings.secret === undefined) onWarning('secret is empty, which counts as not set.')
  requirePublicUrl(settings.publicUrl, isProduction())
  const warning = publicUrlWarning(settings.publicUrl, isProduction())
  if (warning !== undefined) onWarning(warning)
  const publicUrl = settings.publicUrl ?? `http://localhost:${settings.port}`
  const engine = await compose(settings, publicUrl, { ...overrides, onWarning })
  return createLatchkeyFacade(engine, publicUrl, { ...overrides, onWarning })
}

export type Latchkey = ReturnType<typeof createLatchkeyFacade>

function createLatchkeyFacade(engine: Engine, publicUrl: string, overrides: Overrides) {
  const pages = pageRoutes()
  const refusalPage = refusalPageWith(engine.policy.cookies.stem)
  const app: App = {
    engine: engine,
    publicUrl,
    readiness: createReadiness(engine),
    isStopping: () => false,
    pages,
    ...(overrides.onWarning && { onWarning: overrides.onWarning }),
    // What is not there is for the host to say, in its own pages' looks.
    errorPage: async (request, error, id) => (error.code === 'resource.not_found' ? undefined : refusalPage(request, error, id)),
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
    async authenticate(request: Request, options?: GuardOptions): Promise<AuthenticationResult> {
      const { method, headers, url } = request
      return guard({ method, header: (name) => headers.get(name), target: new URL(url).pathname, hostRequest: request }, options)
    },

    /** The same by method and headers alone; at once where the credential was verified before. */
    guard,

    /** A guard for one route of the host's own, for adapters: who passes is described, who does not is answered. */
    routeGuard: createRouteGuard(app, (error) => overrides.onFault?.('guard', error)),

    /** A refusal as an error that frameworks answer by themselves; `latchkey.refusal(who.error).getResponse()` is a Response. */
    refusal: (error: AuthError): AuthHttpError => new AuthHttpError(error, publicUrl),

    /** The paths that `handle` answers in a host's own server, for adapters. */
    paths: adapterPaths(pages),

    /** Creates a user and signs in; the session's credential is in the answer, for the host to hand out. @throws StoreError */
    register: (user: { username: string; password: string; email?: string; remember?: boolean }, clientInfo: ClientInfo = NO_CLIENT_INFO) =>
      register(
        engine,
        { delivery: 'header', remember: false, ...user, email: user.email ?? null },
        boundedClientInfo(clientInfo),
        NO_CREDENTIALS,
      ),

    /** Signs in with a name and a password. @throws StoreError */
    login: (who: { username: string; password: string; remember?: boolean }, clientInfo: ClientInfo = NO_CLIENT_INFO) =>
      login(engine, { delivery: 'header', remember: false, knownDevice: undefined, ...who }, boundedClientInfo(clientInfo), NO_CREDENTIALS),

    /**
     * Turns a remembered login into a session; the login's credential may be a new one afterwards. One that is bound to a device
     * needs the value of that cookie too. @throws StoreError
     */
    resumeSession: async (
      remembered: string,
      clientInfo: ClientInfo = NO_CLIENT_INFO,
      deviceProof?: string,
    ): Promise<SignInResult | AuthError> => {
      const restored = await resumeSession(engine, remembered, boundedClientInfo(clientInfo), deviceProof)
      return restored instanceof DeviceProofRequired ? restored.refusal : restored
    },

    /** A token for the principal's session. @throws StoreError */
    token: (principal: Principal) => issueTokenForSession(engine, principal),

    /** Ends the principal's lineage, or all of the user's credentials. @throws StoreError; then nothing is known to have ended */
    logout: (principal: Principal, { everywhere = false } = {}, clientInfo: ClientInfo = NO_CLIENT_INFO) =>
      logout(engine, principal, everywhere, boundedClientInfo(clientInfo)),

    session: (principal: Principal) => getSessionView(engine, principal),
    sessions: (principal: Principal) => listCredentials(engine, principal),
    endSession: (principal: Principal, id: string, clientInfo: ClientInfo = NO_CLIENT_INFO) =>
      revokeCredential(engine, principal, id, boundedClientInfo(clientInfo)),
    endOtherSessions: (principal: Principal, clientInfo: ClientInfo = NO_CLIENT_INFO) =>
      revokeOtherCredentials(engine, principal, boundedClientInfo(clientInfo)),

    data: (principal: Principal) => readSessionData(engine, principal),
    /** Applies a merge patch (RFC 7396) to the session's data, with `ifVersion` to that version alone. @throws StoreError */
    patchData: (principal: Principal, patch: JsonObject, ifVersion?: number) =>
      patchSessionData(engine, principal, patch, ifVersion === undefined ? undefined : [ifVersion]),

    auditEvents: (principal: Principal, page: { before?: string; limit?: number } = {}) =>
      listAuditEvents(engine, principal, page.before, page.limit ?? 50),
    /** Records an operation of the application's own, such as `order.placed`. @throws StoreError */
    record: (principal: Principal, action: string, detail: JsonObject = {}, clientInfo: ClientInfo = NO_CLIENT_INFO) =>
      recordAuditEvent(engine, principal, action, detail, boundedClientInfo(clientInfo)),

    changePassword: (principal: Principal, passwords: { current: string; next: string }, clientInfo: ClientInfo = NO_CLIENT_INFO) =>
      changePassword(
        engine,
        principal,
        { password: passwords.current, knownDevice: undefined },
        passwords.next,
        boundedClientInfo(clientInfo),
      ),
    deleteAccount: (principal: Principal, password: string, clientInfo: ClientInfo = NO_CLIENT_INFO) =>
      deleteAccount(engine, principal, { password, knownDevice: undefined }, boundedClientInfo(clientInfo)),

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
      find: async (nameOrId: string): Promise<User | undefined> => {
        const found = await findUser(engine, nameOrId)
        return found && publicUser(found)
      },
      setRoles: async (nameOrId: string, roles: readonly string[]) =>
        toUserChangeResult(await setRoles(engine, 'operator', nameOrId, roles)),
      setDisabled: async (nameOrId: string, disabled: boolean) =>
        toUserChangeResult(await setDisabled(engine, 'operator', nameOrId, disabled)),
      setPassword: async (nameOrId: string, password: string) =>
        toUserChangeResult(await setPassword(engine, 'operator', nameOrId, password)),
      delete: async (nameOrId: string) => toUserChangeResult(await deleteUser(engine, 'operator', nameOrId)),
      /**
       * Signs in somebody whom the host knows by other means: single sign-on, a link in a mail, an old session. It counts as no
       * password, so nothing that asks for a fresh sign-in is open. `cookies` hands it out. @throws StoreError
       */
      signIn: (
        nameOrId: string,
        wish: { remember?: boolean; delivery?: Delivery; data?: JsonObject } = {},
        clientInfo: ClientInfo = NO_CLIENT_INFO,
      ) => signInExternal(engine, nameOrId, { remember: false, delivery: 'cookie', data: {}, ...wish }, boundedClientInfo(clientInfo)),
      /**
       * Ends one credential, a lineage, everything of a user, or everything at large: `{ before }` and `{ all: true }` take many
       * writes, and the same again goes on where one has failed. With `dryRun` it is only counted. @throws StoreError
       */
      revoke: (what: RevocationTarget, { dryRun = false }: { dryRun?: boolean } = {}) =>
        dryRun ? countRevocable(engine, what) : revoke(engine, 'operator', what),
    },

    /**
     * Who has heard everything that has ended so far: asks every process and waits for a second after the last answer. This one
     * counts too. @throws StoreError
     */
    confirmPropagation: (): Promise<PropagationReport> => engine.acknowledgementCollector.confirmPropagation(),

    /** The Set-Cookie values that hand out what a sign-in made, where it is delivered by cookie. */
    cookies: (signedIn: SignInResult): readonly string[] => signInCookies(signedIn, engine.policy.cookies, engine.clock.now()),

    /**
     * The value of the header Secure-Session-Registration, which goes out with these cookies and has a browser that can bind the sign-in
     * to its device; undefined where nothing is offered.
     */
    dbscRegistrationHeader: (signedIn: SignInResult): string | undefined => dbscRegistrationHeader(signedIn),

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
function toUserChangeResult(result: UserResult | AuthError): UserChangeResult | AuthError {
  return result instanceof AuthError ? result : { user: publicUser(result.user), ended: result.ended }
}

async function* numbered(rows: AsyncIterable<ImportRow> | Iterable<ImportRow>) {
  let line = 0
  for await (const values of rows) {
    line += 1
    yield { line, values }
  }
}

function boundedClientInfo({ ip, userAgent }: ClientInfo): ClientInfo {
  return { ip, userAgent: boundedUserAgent(userAgent) }
}
