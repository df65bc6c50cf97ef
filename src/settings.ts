// The settings: names, defaults and accepted values in one table, which validates them from every source.

import { type DatabaseChoice, readDatabase } from './connection-strings/database.ts'
import { maskedText, maskedUrl } from './connection-strings/masking.ts'
import { problemOf } from './connection-strings/parse-result.ts'
import { readRedis } from './connection-strings/redis.ts'
import { isCookieStem } from './domain/cookies.ts'
import { FORWARDED_HEADERS, type ForwardedHeader } from './domain/forwarding.ts'
import { DEFAULT_COOKIE_STEM } from './domain/persisted-names.ts'
import { POLICY_DEFAULTS, supportsDeviceBinding } from './domain/policy.ts'
import { TOKEN_ALGORITHMS } from './domain/public-key.ts'
import { parseDuration } from './domain/time.ts'
import {
  cookieDomain,
  database,
  limit,
  limits,
  listOf,
  MIN_SECRET_BYTES,
  network,
  nonEmpty,
  onOff,
  origin,
  port,
  redis,
  secrets,
} from './setting-parsers.ts'

export type { DatabaseChoice } from './connection-strings/database.ts'
export { MIN_SECRET_BYTES } from './setting-parsers.ts'

export interface Setting<T> {
  /** The environment variable. */
  readonly name: string
  readonly about: string
  readonly accepted: string
  readonly fallback: T
  /** The default as text; absent where there is none. */
  readonly fallbackText?: string
  /** Undefined when the text is not accepted. */
  readonly parse: (text: string) => T | undefined
  readonly secret?: true
  /** For an address, which can contain a password: what is wrong with a refused one, and how to write it. */
  readonly problem?: (text: string) => string | undefined
}

const DURATION = 'a duration such as 90s, 20m, 12h or 30d'

function duration(name: string, fallback: number, fallbackText: string, about: string): Setting<number> {
  return { name, about, accepted: DURATION, fallback, fallbackText, parse: parseDuration }
}

function oneOf<const T extends string>(name: string, values: readonly T[], fallback: T, about: string): Setting<T> {
  const parse = (text: string) => values.find((value) => value === text)
  return { name, about, accepted: values.join(', '), fallback, fallbackText: fallback, parse }
}

function optional<T>(name: string, accepted: string, about: string, parse: (text: string) => T | undefined): Setting<T | undefined> {
  return { name, about, accepted, fallback: undefined, parse }
}

const URL_ACCEPTED = 'an http or https address without a path, such as https://login.example.com'

export const SETTINGS = {
  port: {
    ...base('PORT', 'Port to listen on; 0 uses any free port', 'a number from 0 to 65535'),
    fallback: 3000,
    fallbackText: '3000',
    parse: port,
  },
  host: {
    ...base('HOST', 'IP address or host name to listen on', 'an IP address or a host name'),
    fallback: '127.0.0.1',
    fallbackText: '127.0.0.1',
    parse: nonEmpty,
  },
  publicUrl: {
    ...optional(
      'LATCHKEY_PUBLIC_URL',
      URL_ACCEPTED,
      'URL under which users reach Latchkey, and the issuer of tokens; with https, cookies are Secure',
      origin,
    ),
    fallbackText: 'http://localhost:$PORT; required in production when used as a library',
  },
  databaseUrl: {
    ...base('DATABASE_URL', 'Database of users, credentials and the audit log', 'sqlite:PATH, sqlite::memory: or postgres://…'),
    fallback: { engine: 'sqlite', path: 'latchkey.db' } as DatabaseChoice,
    fallbackText: 'sqlite:latchkey.db',
    parse: database,
    problem: (text: string) => problemOf(readDatabase(text)),
  },
  redisUrl: {
    ...optional(
      'REDIS_URL',
      'redis://…, rediss://…, redis+cluster://host1,host2 or redis+unix:///PATH',
      'Redis server for credentials, limits and the revocation log, in addition to the database',
      redis,
    ),
    problem: (text: string) => problemOf(readRedis(text.trim())),
  },
  secret: {
    ...optional(
      'LATCHKEY_SECRET',
      `at least ${MIN_SECRET_BYTES} bytes; several, separated by commas, to rotate: the first is used for new credentials, all are accepted`,
      'Secret that all keys are derived from',
      secrets,
    ),
    fallbackText:
      'created on first start, beside the SQLite file or in latchkey.secret; required for https with PostgreSQL, and in production with a custom store',
    secret: true,
  },
  allowedOrigins: {
    ...base(
      'LATCHKEY_ALLOWED_ORIGINS',
      'Other origins whose pages may sign in and call the API',
      `addresses separated by commas, each ${URL_ACCEPTED}`,
    ),
    fallback: [] as readonly string[],
    fallbackText: 'none',
    parse: listOf(origin),
  },
  sessionIdleTimeout: duration(
    'LATCHKEY_SESSION_IDLE_TIMEOUT',
    POLICY_DEFAULTS.sessionIdleTimeout,
    '20m',
    'Duration after which an unused session expires',
  ),
  sessionAbsoluteTimeout: duration(
    'LATCHKEY_SESSION_ABSOLUTE_TIMEOUT',
    POLICY_DEFAULTS.sessionAbsoluteTimeout,
    '12h',
    'Duration after which a session expires, used or not; at the latest with its remember-me login',
  ),
  rememberLifetime: duration(
    'LATCHKEY_REMEMBER_LIFETIME',
    POLICY_DEFAULTS.rememberLifetime,
    '30d',
    'Duration after which a remember-me login expires; rotation does not extend it',
  ),
  tokenLifetime: duration('LATCHKEY_TOKEN_LIFETIME', POLICY_DEFAULTS.tokenLifetime, '5m', 'Lifetime of an access token'),
  tokenAlg: oneOf(
    'LATCHKEY_TOKEN_ALG',
    TOKEN_ALGORITHMS,
    'EdDSA',
    'Algorithm that signs tokens; ES256 for verifiers without EdDSA. A change applies with new keys at the next start',
  ),
  audience: {
    ...optional('LATCHKEY_AUDIENCE', 'any text', 'Audience (`aud`) of tokens', nonEmpty),
    fallbackText: 'the issuer (LATCHKEY_PUBLIC_URL)',
  },
  freshAge: duration(
    'LATCHKEY_FRESH_AGE',
    POLICY_DEFAULTS.freshAge,
    '5m',
    'Duration after a sign-in with password during which it counts as fresh',
  ),
  auditRetention: duration('LATCHKEY_AUDIT_RETENTION', POLICY_DEFAULTS.auditRetention, '365d', 'How long audit events are kept'),
  passwordMin: {
    ...base('LATCHKEY_PASSWORD_MIN', 'Minimum number of characters of a password', 'a number from 8 to 256'),
    fallback: POLICY_DEFAULTS.passwordMin,
    fallbackText: '8',
    parse: (text: string) => (/^\d{1,3}$/.test(text) && Number(text) >= 8 && Number(text) <= 256 ? Number(text) : undefined),
  },
  loginLimit: {
    ...base(
      'LATCHKEY_LOGIN_LIMIT',
      'Failed sign-ins allowed: the first limit is per user, the second per client network. Known devices and networks of the user have separate counters',
      'one or two limits, each as attempts per duration, such as 10/5m or 10/5m,100/5m',
    ),
    fallback: POLICY_DEFAULTS.loginLimits,
    fallbackText: '10/5m,100/5m',
    parse: limits,
  },
  registrationLimit: {
    ...base(
      'LATCHKEY_REGISTRATION_LIMIT',
      'Registrations allowed per client network, including refused ones',
      'registrations per duration, such as 10/1h',
    ),
    fallback: POLICY_DEFAULTS.registrationLimit,
    fallbackText: '10/1h',
    parse: limit,
  },
  registration: oneOf('LATCHKEY_REGISTRATION', ['open', 'closed'], 'open', 'Whether visitors may register'),
  cookieName: {
    ...base(
      'LATCHKEY_COOKIE_NAME',
      'Prefix of all cookie names; use a different one for each deployment under the same host or domain',
      'a lower-case letter, then at most 31 lower-case letters, digits and hyphens',
    ),
    fallback: DEFAULT_COOKIE_STEM,
    fallbackText: DEFAULT_COOKIE_STEM,
    parse: (text: string) => (isCookieStem(text) ? text : undefined),
  },
  cookieDomain: optional(
    'LATCHKEY_COOKIE_DOMAIN',
    'a domain of the public URL, without a leading dot, such as example.com',
    'Domain attribute of cookies, for sign-in across sub-domains',
    cookieDomain,
  ),
  cookieSameSite: oneOf('LATCHKEY_COOKIE_SAME_SITE', ['lax', 'strict', 'none'], 'lax', 'SameSite attribute of cookies; none needs https'),
  clearSiteData: {
    ...optional('LATCHKEY_CLEAR_SITE_DATA', 'on, off', 'Whether logout also sends Clear-Site-Data', onOff),
    fallbackText: 'on for the server, off when used as a library',
  },
  deviceBinding: oneOf(
    'LATCHKEY_DEVICE_BINDING',
    ['off', 'preferred', 'required'],
    'preferred',
    'Binding of sign-ins to the device (DBSC), in browsers that support it',
  ),
  revokeOnRisk: oneOf(
    'LATCHKEY_REVOKE_ON_RISK',
    ['off', 'alarm', 'warning'],
    'off',
    'Severity of a risk event, such as a changed user agent, that revokes the sign-in: only alarms, or warnings too',
  ),
  countryDatabase: optional(
    'LATCHKEY_COUNTRY_DATABASE',
    'the path of a MaxMind DB file (.mmdb) of countries or cities',
    'Country database; warns when a remember-me login is used from a country where its user never signed in',
    nonEmpty,
  ),
  dpop: oneOf(
    'LATCHKEY_DPOP',
    ['off', 'sensitive', 'always'],
    'sensitive',
    'When a DPoP proof is required. sensitive: for bound tokens, to change or delete the account, revoke other sign-ins, or administer. always: on every route',
  ),
  metricsPort: { ...optional('METRICS_PORT', 'a number from 0 to 65535', 'Separate port for /metrics', port) },
  trustedProxies: {
    ...base(
      'LATCHKEY_TRUSTED_PROXIES',
      'Proxies that may report the address of the client, in the header that LATCHKEY_FORWARDED_HEADER names',
      'addresses or networks separated by commas, such as 10.0.0.0/8',
    ),
    fallback: [] as readonly string[],
    fallbackText: 'none',
    parse: listOf(network),
  },
  forwardedHeader: {
    ...base(
      'LATCHKEY_FORWARDED_HEADER',
      'Header in which trusted proxies report the address of the client; the other one is ignored',
      FORWARDED_HEADERS.join(', '),
    ),
    fallback: FORWARDED_HEADERS[0] as ForwardedHeader,
    fallbackText: FORWARDED_HEADERS[0],
    parse: (text: string) => FORWARDED_HEADERS.find((header) => header === text.toLowerCase()),
  },
  tlsCert: { ...optional('TLS_CERT', 'the path of a PEM file', 'Certificate, to serve https directly; requires TLS_KEY', nonEmpty) },
  tlsKey: { ...optional('TLS_KEY', 'the path of a PEM file', 'Private key, to serve https directly; requires TLS_CERT', nonEmpty) },
  logLevel: {
    ...oneOf('LOG_LEVEL', ['silent', 'fatal', 'error', 'warn', 'info', 'debug'], 'info', 'Lowest level that is logged'),
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>

function base(name: string, about: string, accepted: string) {
  return { name, about, accepted }
}

export type SettingKey = keyof typeof SETTINGS
type Value<K extends SettingKey> = Exclude<ReturnType<(typeof SETTINGS)[K]['parse']>, undefined> | (typeof SETTINGS)[K]['fallback']
export type Settings = { readonly [K in SettingKey]: Value<K> }

/** A setting's value in code: the same text as in the environment, or the matching type. */
export type SettingInput = string | number | boolean | readonly string[]
export type SettingInputs = { readonly [K in SettingKey]?: SettingInput | undefined }

/** A setting that stops the start. Its message is one line: the setting, its value, what is accepted. */
export class SettingError extends TypeError {
  override readonly name = 'SettingError'
}

export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[]

/**
 * Validates the given values and fills in the defaults.
 *
 * @param nameOf the name of the setting in the source of the values
 * @throws SettingError
 */
export function readSettings(inputs: SettingInputs, nameOf: (key: SettingKey) => string): Settings {
  const unknown = Object.keys(inputs).find((key) => !(key in SETTINGS))
  if (unknown !== undefined) throw new SettingError(`${unknown} is not a setting. Settings: ${SETTING_KEYS.join(', ')}.`)
  const values = SETTING_KEYS.map((key) => [key, readSetting(SETTINGS[key], inputs[key], nameOf(key))])
  const settings = Object.fromEntries(values) as Settings
  checkCombinations(settings, nameOf)
  return Object.freeze(settings)
}

function readSetting(setting: Setting<unknown>, input: SettingInput | undefined, name: string): unknown {
  if (!isSet(input)) return setting.fallback
  const text = textOf(input)
  const value = setting.parse(text)
  if (value !== undefined) return value
  if (setting.secret) throw new SettingError(`${name} is too short; accepted: ${setting.accepted}.`)
  const problem = setting.problem?.(text)
  const shown = JSON.stringify(setting.problem ? maskedUrl(text) : maskedText(text))
  throw new SettingError(`${name} is ${shown}; accepted: ${setting.accepted}.${problem === undefined ? '' : ` Problem: ${problem}.`}`)
}

/** False for an empty or blank value, as `${REDIS_URL:-}` of Compose yields it for an unset variable. */
export function isSet(input: SettingInput | undefined): input is SettingInput {
  return input !== undefined && input !== null && textOf(input).trim() !== ''
}

function textOf(input: SettingInput): string {
  return Array.isArray(input) ? input.join(',') : String(input)
}

function checkCombinations(settings: Settings, nameOf: (key: SettingKey) => string): void {
  const { publicUrl, cookieSameSite, cookieDomain, tlsCert, tlsKey } = settings
  const secure = publicUrl?.startsWith('https:') ?? tlsCert !== undefined
  if (cookieSameSite === 'none' && !secure) {
    throw new SettingError(
      `${nameOf('cookieSameSite')} is "none"; browsers accept that over https only: set ${nameOf('publicUrl')} to an https address.`,
    )
  }
  const host = publicUrl === undefined ? 'localhost' : new URL(publicUrl).hostname
  if (cookieDomain !== undefined && host !== cookieDomain && !host.endsWith(`.${cookieDomain}`)) {
    throw new SettingError(`${nameOf('cookieDomain')} is "${cookieDomain}"; accepted: ${host}, or a parent domain of it.`)
  }
  if (settings.deviceBinding === 'required' && !supportsDeviceBinding({ secure, domain: cookieDomain ?? null, sameSite: cookieSameSite })) {
    throw new SettingError(
      `${nameOf('deviceBinding')} is "required"; browsers bind only over https and for a single host: set ${nameOf('publicUrl')} to an https address, and neither ${nameOf('cookieDomain')} nor ${nameOf('cookieSameSite')}=none.`,
    )
  }
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new SettingError(`${nameOf('tlsCert')} and ${nameOf('tlsKey')} go together: set both, or neither.`)
  }
}
