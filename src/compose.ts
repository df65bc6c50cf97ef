// The composition root: creates the policy, the store, the secrets and the engine from the settings.

import type { AuditEvent } from './domain/audit-event.ts'
import { createPolicy, type Policy } from './domain/policy.ts'
import { createEngine, type Engine } from './engine/engine.ts'
import { loadGeoip } from './load-geoip.ts'
import { type Access, loadSecret } from './load-secret.ts'
import { checkDatabasePath, openStore } from './open-store.ts'
import { createArgon2 } from './platform/argon2.ts'
import { systemClock, systemTimers } from './platform/clock.ts'
import { createPasswordEstimator } from './platform/password-strength.ts'
import { createProofVerifier } from './platform/proof-verifier.ts'
import { createSecrets } from './platform/secrets.ts'
import { createSigning } from './platform/signing.ts'
import type { Clock, Timers } from './ports/clock.ts'
import type { PasswordEstimator, PasswordHasher } from './ports/passwords.ts'
import type { Store } from './ports/store.ts'
import type { Settings } from './settings.ts'

export interface Overrides {
  readonly clock?: Clock
  readonly timers?: Timers
  readonly store?: Store
  readonly hasher?: PasswordHasher
  readonly estimator?: PasswordEstimator
  readonly onFault?: (what: string, error: unknown) => void
  /** Called for every alarm after its audit event is stored: the place to notify the user. An error it throws is reported to `onFault`. */
  readonly onAlarm?: (alarm: AuditEvent) => void | Promise<void>
  /** Called once for each missing or unsafe setting, with one line that contains no secret. Default: `process.emitWarning`. */
  readonly onWarning?: (warning: string) => void
  /** False where no credential is ever accepted, as in a command. Default: true. */
  readonly acceptsCredentials?: boolean
  /** Whether missing files may be created. Default: `create`. With `read` nothing is created and the engine is not started. */
  readonly access?: Access
}

/** Most sessions in the credential cache, at about 400 bytes each; and as many tokens, at about 750 bytes. */
const CAPACITY = 100_000

/**
 * @param publicUrl the address that users see, without a trailing slash
 * @throws SettingError, StoreError
 */
export async function compose(settings: Settings, publicUrl: string, overrides: Overrides = {}): Promise<Engine> {
  const policy = policyOf(settings, publicUrl)
  const onWarning = overrides.onWarning ?? emitWarning
  const { access = 'create' } = overrides
  // Before a secret file is created beside the database. Where the folder is missing for both, the error about the secret names both solutions.
  if (overrides.store === undefined) await checkDatabasePath(settings.databaseUrl, settings.secret !== undefined)
  const masters = await loadSecret(settings, {
    hasOwnStore: overrides.store !== undefined,
    isProduction: isProduction(),
    access,
    onWarning,
  })
  const secrets = createSecrets(masters)
  const lookUpCountry = await loadGeoip(settings)
  const store = overrides.store ?? (await openStore(settings))
  const engine = createEngine({
    policy,
    store,
    clock: overrides.clock ?? systemClock,
    timers: overrides.timers ?? systemTimers,
    secrets,
    signing: createSigning(secrets),
    hasher: overrides.hasher ?? createArgon2(),
    estimator: overrides.estimator ?? createPasswordEstimator({ onError: (error) => overrides.onFault?.('passwords', error) }),
    proofVerifier: createProofVerifier(),
    lookUpCountry,
    capacity: CAPACITY,
    onFault: overrides.onFault ?? (() => {}),
    acceptsCredentials: overrides.acceptsCredentials ?? true,
    onAlarm: overrides.onAlarm ?? (() => {}),
    onWarning,
  })
  if (access === 'read') return engine
  try {
    // A read-only store would answer 503 to every sign-in: fail at the start instead.
    if (overrides.acceptsCredentials ?? true) await store.probe()
    await engine.start()
  } catch (error) {
    await store.close()
    throw error
  }
  return engine
}

export function isProduction(): boolean {
  return process.env.NODE_ENV === 'production'
}

/** The default of `onWarning`. */
export function emitWarning(warning: string): void {
  process.emitWarning(warning, 'LatchkeyWarning')
}

function policyOf(settings: Settings, publicUrl: string): Policy {
  const { cookieName, cookieDomain, cookieSameSite, loginLimit, clearSiteData, ...rest } = settings
  return createPolicy({
    issuer: publicUrl,
    audience: settings.audience ?? publicUrl,
    ownOrigin: publicUrl,
    allowedOrigins: settings.allowedOrigins,
    cookies: { stem: cookieName, secure: publicUrl.startsWith('https:'), domain: cookieDomain ?? null, sameSite: cookieSameSite },
    clearSiteData: clearSiteData ?? false,
    loginLimits: loginLimit,
    registrationLimit: rest.registrationLimit,
    sessionIdleTimeout: rest.sessionIdleTimeout,
    sessionAbsoluteTimeout: rest.sessionAbsoluteTimeout,
    rememberLifetime: rest.rememberLifetime,
    tokenLifetime: rest.tokenLifetime,
    tokenAlgorithm: rest.tokenAlg,
    freshAge: rest.freshAge,
    auditRetention: rest.auditRetention,
    passwordMin: rest.passwordMin,
    registration: rest.registration,
    dpop: rest.dpop,
    deviceBinding: rest.deviceBinding,
    revokeOnRisk: rest.revokeOnRisk,
  })
}
