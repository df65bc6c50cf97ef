// The library `latchkey`: createLatchkey and its public types.

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
import type { SignInResult } from './engine/issue-credentials.ts'
import { rotateSigningKey } from './engine/key-management.ts'
import { login } from './engine/login.ts'
import { logout, type RevokedCounts } from './engine/logout.ts'
import type { CredentialTransport, Principal, SessionView } from './engine/principal.ts'
import { register } from './engine/register.ts'
import { resumeSession } from './engine/remember-me.ts'
import type { PropagationReport } from './engine/revocation-acknowledgement.ts'
import { countRevocable, type RevocationCounts, type RevocationTarget, revoke } from './engine/revoke.ts'
import { patchSessionData, readSessionData, type SessionData } from './engine/session-data.ts'
import { getSessionView } from './engine/session-view.ts'
import { type ListedLineage, listLineages, revokeLineage, revokeOtherLineages } from './engine/sessions.ts'
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
  ListedLineage,
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

/** A user to import, with the password hash as the other software stored it. */
export interface ImportRow extends ImportValues {
  readonly username: string
  readonly hash: string
  readonly email?: string | null
  /** A list, or one string separated by commas or spaces. */
  readonly roles?: readonly string[] | string
  /** ISO 8601, or seconds or milliseconds since 1970. */
  readonly createdAt?: Date | string | number | null
  readonly disabled?: boolean
}

export type LatchkeyOptions = SettingInputs

/** The result of an operator's change to a user. */
export interface UserChangeResult {
  /** The user after the change; before it, where the user was deleted. */
  readonly user: User
  /** How many credentials the change revoked. */
  readonly ended: RevokedCounts
}

/**
 * Creates Latchkey inside a TypeScript server.
 *
 * @param options the settings, by their names in camel case, as text like in the environment: `{ databaseUrl: 'sqlite:app.db',
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
    engine,
    publicUrl,
    readiness: createReadiness(engine),
    isStopping: () => false,
    pages,
    ...(overrides.onWarning && { onWarning: overrides.onWarning }),
    // A 404 is the host's to answer, in the design of its own pages.
    errorPage: async (request, error, id) => (error.code === 'resource.not_found' ? undefined : refusalPage(request, error, id)),
  }
  const handle = createHandler(app)
  const guard = createGuard(engine)

  return {
    /** Answers every path of Latchkey, and 404 to all others. `peer` is the client's address, as the host knows it. */
    handler: fetchHandler(handle),

    /** The same for adapters, without the objects of the Fetch API. */
    handle,

    /**
     * Authenticates a request to a route of the host. A request that changes something (any method but GET, HEAD and OPTIONS)
     * needs its credential in the header: with a cookie alone the error is `csrf.header_required`. With `auth: 'header-only'` every
     * request needs it there; with `auth: 'dpop'` a DPoP-bound token also needs its DPoP proof, or the error is `proof.required`.
     * With `fresh` the user must have entered the password in this session within LATCHKEY_FRESH_AGE, or within the given
     * duration: otherwise the error is `reauthentication.required`. With `role` the user must have it, or it is `role.required`.
     *
     * @throws StoreError
     */
    async authenticate(request: Request, options?: GuardOptions): Promise<AuthenticationResult> {
      const { method, headers, url } = request
      return guard({ method, header: (name) => headers.get(name), target: new URL(url).pathname, hostRequest: request }, options)
    },

    /** The same by method and headers alone; synchronous where the credential cache has the credential. */
    guard,

    /** A guard for one route of the host, for adapters: returns the authenticated request, or the response that refuses it. */
    routeGuard: createRouteGuard(app, (error) => overrides.onFault?.('guard', error)),

    /** Wraps a refusal in an error that frameworks can answer; `latchkey.refusal(result.error).getResponse()` is a Response. */
    refusal: (error: AuthError): AuthHttpError => new AuthHttpError(error, publicUrl),

    /** The paths that `handle` answers inside a host's server, for adapters. */
    paths: adapterPaths(pages),

    /** Creates a user and signs in; the host hands out the session credential in the result. @throws StoreError */
    register: (user: { username: string; password: string; email?: string; remember?: boolean }, clientInfo: ClientInfo = NO_CLIENT_INFO) =>
      register(
        engine,
        { delivery: 'header', remember: false, ...user, email: user.email ?? null },
        boundedClientInfo(clientInfo),
        NO_CREDENTIALS,
      ),

    /** Signs in with username and password. @throws StoreError */
    login: (credentials: { username: string; password: string; remember?: boolean }, clientInfo: ClientInfo = NO_CLIENT_INFO) =>
      login(
        engine,
        { delivery: 'header', remember: false, knownDevice: undefined, ...credentials },
        boundedClientInfo(clientInfo),
        NO_CREDENTIALS,
      ),

    /**
     * Exchanges a remember-me credential for a session; the result may contain a rotated remember-me credential. A device-bound one
     * also needs the value of the device cookie. @throws StoreError
     */
    resumeSession: async (
      rememberMe: string,
      clientInfo: ClientInfo = NO_CLIENT_INFO,
      deviceProof?: string,
    ): Promise<SignInResult | AuthError> => {
      const resumed = await resumeSession(engine, rememberMe, boundedClientInfo(clientInfo), deviceProof)
      return resumed instanceof DeviceProofRequired ? resumed.refusal : resumed
    },

    /** A token for the principal's session. @throws StoreError */
    token: (principal: Principal) => issueTokenForSession(engine, principal),

    /** Revokes the principal's lineage, or all credentials of the user. @throws StoreError: then nothing may be assumed revoked */
    logout: (principal: Principal, { everywhere = false } = {}, clientInfo: ClientInfo = NO_CLIENT_INFO) =>
      logout(engine, principal, everywhere, boundedClientInfo(clientInfo)),

    session: (principal: Principal) => getSessionView(engine, principal),
    sessions: (principal: Principal) => listLineages(engine, principal),
    endSession: (principal: Principal, id: string, clientInfo: ClientInfo = NO_CLIENT_INFO) =>
      revokeLineage(engine, principal, id, boundedClientInfo(clientInfo)),
    endOtherSessions: (principal: Principal, clientInfo: ClientInfo = NO_CLIENT_INFO) =>
      revokeOtherLineages(engine, principal, boundedClientInfo(clientInfo)),

    data: (principal: Principal) => readSessionData(engine, principal),
    /** Applies a merge patch (RFC 7396) to the session's data; with `ifVersion`, to that version only. @throws StoreError */
    patchData: (principal: Principal, patch: JsonObject, ifVersion?: number) =>
      patchSessionData(engine, principal, patch, ifVersion === undefined ? undefined : [ifVersion]),

    auditEvents: (principal: Principal, page: { before?: string; limit?: number } = {}) =>
      listAuditEvents(engine, principal, page.before, page.limit ?? 50),
    /** Records an audit event of the application, such as `order.placed`. @throws StoreError */
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

    /** Operator functions. They check no credential: never expose them to requests. */
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
      /** Imports users with password hashes of other software; one result per row, counted from 1. Runs as results are read. @throws StoreError */
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
       * Signs in a user whom the host has authenticated itself: single sign-on, a link in a mail, an old session. It does not count as
       * a password sign-in, so routes that need a fresh sign-in stay closed. Hand it out with `cookies`. @throws StoreError
       */
      signIn: (
        nameOrId: string,
        options: { remember?: boolean; delivery?: Delivery; data?: JsonObject } = {},
        clientInfo: ClientInfo = NO_CLIENT_INFO,
      ) => signInExternal(engine, nameOrId, { remember: false, delivery: 'cookie', data: {}, ...options }, boundedClientInfo(clientInfo)),
      /**
       * Revokes one credential, a lineage, everything of a user, or everything: `{ before }` and `{ all: true }` take many writes; after
       * a failure, the same call continues. With `dryRun` it only counts. @throws StoreError
       */
      revoke: (what: RevocationTarget, { dryRun = false }: { dryRun?: boolean } = {}) =>
        dryRun ? countRevocable(engine, what) : revoke(engine, 'operator', what),
    },

    /**
     * Asks every process to acknowledge all revocations so far, and waits until one second after the last reply. This process
     * is counted too. @throws StoreError
     */
    confirmPropagation: (): Promise<PropagationReport> => engine.acknowledgementCollector.confirmPropagation(),

    /** The Set-Cookie values that hand out a sign-in whose delivery is by cookie. */
    cookies: (signedIn: SignInResult): readonly string[] => signInCookies(signedIn, engine.policy.cookies, engine.clock.now()),

    /**
     * The value of the header Secure-Session-Registration. Send it with these cookies: a browser that supports DBSC then binds the sign-in
     * to its device. Undefined where no binding is offered.
     */
    dbscRegistrationHeader: (signedIn: SignInResult): string | undefined => dbscRegistrationHeader(signedIn),

    /** Retires the signing key; the next key signs from now on. @throws StoreError */
    rotateKeys: async (): Promise<SigningKeys | AuthError> => {
      const ring = await rotateSigningKey(engine, 'operator')
      return ring instanceof AuthError ? ring : publicKeys(ring)
    },

    /** Writes pending updates and closes the store. @throws StoreError */
    async close(): Promise<void> {
      try {
        await engine.stop()
      } finally {
        await engine.store.close()
      }
    },
  }
}

/** The engine's result, as the host sees it. */
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
