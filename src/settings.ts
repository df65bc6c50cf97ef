// Every setting there is: its names, its default, what it accepts. One table validates them all, wherever they come from.

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
  /** In the environment. */
  readonly name: string
  readonly about: string
  readonly accepted: string
  readonly fallback: T
  /** How the default reads; absent where there is none. */
  readonly fallbackText?: string
  /** Undefined when the text is not accepted. */
  readonly parse: (text: string) => T | undefined
  readonly secret?: true
  /** Of an address, which can hold a password: what is wrong with one that is not accepted, and how it is written right. */
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
    ...base('PORT', 'the port to listen on; 0 picks a free one', 'a number from 0 to 65535'),
    fallback: 3000,
    fallbackText: '3000',
    parse: port,
  },
  host: {
    ...base('HOST', 'the address to listen on', 'an address or a host name'),
    fallback: '127.0.0.1',
    fallbackText: '127.0.0.1',
    parse: nonEmpty,
  },
  publicUrl: {
    ...optional('LATCHKEY_PUBLIC_URL', URL_ACCEPTED, 'the address people see: the issuer of tokens; https makes cookies Secure', origin),
    fallbackText: 'http://localhost:$PORT; must be set in production inside another server',
  },
  databaseUrl: {
    ...base('DATABASE_URL', 'where users, operations and credentials live', 'sqlite:PATH, sqlite::memory: or postgres://…'),
    fallback: { engine: 'sqlite', path: 'latchkey.db' } as DatabaseChoice,
    fallbackText: 'sqlite:latchkey.db',
    parse: database,
    problem: (text: string) => problemOf(readDatabase(text)),
  },
  redisUrl: {
    ...optional(
      'REDIS_URL',
      'redis://…, rediss://…, redis+cluster://host1,host2 or redis+unix:///PATH',
      'moves credentials, limits and the endings log to Redis, beside the database',
      redis,
    ),
    problem: (text: string) => problemOf(readRedis(text.trim())),
  },
  secret: {
    ...optional(
      'LATCHKEY_SECRET',
      `at least ${MIN_SECRET_BYTES} bytes; several, separated by commas, to rotate: the first makes, all are accepted`,
      'what every key is derived from',
      secrets,
    ),
    fallbackText:
      'made on first start, kept beside a SQLite file, else in latchkey.secret; must be set for https with PostgreSQL, and in production for a store of your own',
    secret: true,
  },
  allowedOrigins: {
    ...base('LATCHKEY_ALLOWED_ORIGINS', 'other origins whose pages may sign in', `addresses separated by commas, each ${URL_ACCEPTED}`),
    fallback: [] as readonly string[],
    fallbackText: 'none',
    parse: listOf(origin),
  },
  sessionIdleTimeout: duration(
    'LATCHKEY_SESSION_IDLE_TIMEOUT',
    POLICY_DEFAULTS.sessionIdleTimeout,
    '20m',
    'a session ends after this long without use',
  ),
  sessionAbsoluteTimeout: duration(
    'LATCHKEY_SESSION_ABSOLUTE_TIMEOUT',
    POLICY_DEFAULTS.sessionAbsoluteTimeout,
    '12h',
    'a session ends after this long, used or not; with its remembered login at the latest',
  ),
  rememberLifetime: duration(
    'LATCHKEY_REMEMBER_LIFETIME',
    POLICY_DEFAULTS.rememberLifetime,
    '30d',
    'a remembered login ends after this long; rotation does not extend it',
  ),
  tokenLifetime: duration('LATCHKEY_TOKEN_LIFETIME', POLICY_DEFAULTS.tokenLifetime, '5m', 'how long a token is good for'),
  tokenAlg: oneOf(
    'LATCHKEY_TOKEN_ALG',
    TOKEN_ALGORITHMS,
    'EdDSA',
    'the algorithm that tokens are signed with; ES256 for verifiers that know no EdDSA. At the next start keys of it take over',
  ),
  audience: optional('LATCHKEY_AUDIENCE', 'any text', 'the `aud` of tokens; the issuer where it is not set', nonEmpty),
  freshAge: duration(
    'LATCHKEY_FRESH_AGE',
    POLICY_DEFAULTS.freshAge,
    '5m',
    'how long after the password was typed a sign-in counts as fresh',
  ),
  auditRetention: duration('LATCHKEY_AUDIT_RETENTION', POLICY_DEFAULTS.auditRetention, '365d', 'how long operations are kept'),
  passwordMin: {
    ...base('LATCHKEY_PASSWORD_MIN', 'characters a password must have', 'a number from 8 to 256'),
    fallback: POLICY_DEFAULTS.passwordMin,
    fallbackText: '8',
    parse: (text: string) => (/^\d{1,3}$/.test(text) && Number(text) >= 8 && Number(text) <= 256 ? Number(text) : undefined),
  },
  loginLimit: {
    ...base(
      'LATCHKEY_LOGIN_LIMIT',
      'wrong guesses allowed per user, and per client network; known devices and networks of the user have counters of their own',
      'guesses per duration, such as 10/5m, or 10/5m,100/5m',
    ),
    fallback: POLICY_DEFAULTS.loginLimits,
    fallbackText: '10/5m,100/5m',
    parse: limits,
  },
  registrationLimit: {
    ...base(
      'LATCHKEY_REGISTRATION_LIMIT',
      'registrations allowed per client network, refused ones included',
      'registrations per duration, such as 10/1h',
    ),
    fallback: POLICY_DEFAULTS.registrationLimit,
    fallbackText: '10/1h',
    parse: limit,
  },
  registration: oneOf('LATCHKEY_REGISTRATION', ['open', 'closed'], 'open', 'whether people may create users themselves'),
  cookieName: {
    ...base(
      'LATCHKEY_COOKIE_NAME',
      'what the names of all cookies begin with: a different one for each of several deployments under one host or domain',
      'a lower-case letter, then at most 31 lower-case letters, digits and hyphens',
    ),
    fallback: DEFAULT_COOKIE_STEM,
    fallbackText: DEFAULT_COOKIE_STEM,
    parse: (text: string) => (isCookieStem(text) ? text : undefined),
  },
  cookieDomain: optional(
    'LATCHKEY_COOKIE_DOMAIN',
    'a domain of the public URL, without a leading dot, such as example.com',
    'for sign-in across sub-domains',
    cookieDomain,
  ),
  cookieSameSite: oneOf(
    'LATCHKEY_COOKIE_SAME_SITE',
    ['lax', 'strict', 'none'],
    'lax',
    'the SameSite attribute of cookies; none needs https',
  ),
  clearSiteData: optional(
    'LATCHKEY_CLEAR_SITE_DATA',
    'on, off',
    'logout also sends Clear-Site-Data; on for the server, off when embedded',
    onOff,
  ),
  deviceBinding: oneOf(
    'LATCHKEY_DEVICE_BINDING',
    ['off', 'preferred', 'required'],
    'preferred',
    'bind sign-ins to the device, where browsers can',
  ),
  revokeOnRisk: oneOf(
    'LATCHKEY_REVOKE_ON_RISK',
    ['off', 'alarm', 'warning'],
    'off',
    'ends a sign-in that is suddenly used by another kind of device: at an alarm, or at a warning too',
  ),
  countryDatabase: optional(
    'LATCHKEY_COUNTRY_DATABASE',
    'the path of a MaxMind DB file (.mmdb) of countries or cities',
    'warns of a remembered login that comes back from a country where its user never signed in',
    nonEmpty,
  ),
  dpop: oneOf('LATCHKEY_DPOP', ['off', 'sensitive', 'always'], 'sensitive', 'ask for a proof of key-bound tokens'),
  metricsPort: { ...optional('METRICS_PORT', 'a number from 0 to 65535', 'serves /metrics on a port of its own', port) },
  trustedProxies: {
    ...base(
      'LATCHKEY_TRUSTED_PROXIES',
      'proxies whose word on the address of the client counts, in the header that LATCHKEY_FORWARDED_HEADER names',
      'addresses or networks separated by commas, such as 10.0.0.0/8',
    ),
    fallback: [] as readonly string[],
    fallbackText: 'none',
    parse: listOf(network),
  },
  forwardedHeader: {
    ...base(
      'LATCHKEY_FORWARDED_HEADER',
      'the one header in which trusted proxies report the address of the client; the other one is ignored',
      FORWARDED_HEADERS.join(', '),
    ),
    fallback: FORWARDED_HEADERS[0] as ForwardedHeader,
    fallbackText: FORWARDED_HEADERS[0],
    parse: (text: string) => FORWARDED_HEADERS.find((header) => header === text.toLowerCase()),
  },
  tlsCert: { ...optional('TLS_CERT', 'the path of a PEM file', 'serves https itself, with TLS_KEY', nonEmpty) },
  tlsKey: { ...optional('TLS_KEY', 'the path of a PEM file', 'serves https itself, with TLS_CERT', nonEmpty) },
  logLevel: {
    ...oneOf('LOG_LEVEL', ['silent', 'fatal', 'error', 'warn', 'info', 'debug'], 'info', 'how much is logged'),
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>

function base(name: string, about: string, accepted: string) {
  return { name, about, accepted }
}

export type SettingKey = keyof typeof SETTINGS
type Value<K extends SettingKey> = Exclude<ReturnType<(typeof SETTINGS)[K]['parse']>, undefined> | (typeof SETTINGS)[K]['fallback']
export type Settings = { readonly [K in SettingKey]: Value<K> }

/** What may be given for a setting in code: the same text as in the environment, or the obvious value for it. */
export type SettingInput = string | number | boolean | readonly string[]
export type SettingInputs = { readonly [K in SettingKey]?: SettingInput | undefined }

/** A setting that stops the start. Its message is one line: which setting, which value, what is accepted. */
export class SettingError extends TypeError {
  override readonly name = 'SettingError'
}

export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[]

/**
 * Validates everything that was given and fills in the defaults.
 *
 * @param nameOf how the setting is called where the values came from
 * @throws SettingError
 */
export function readSettings(inputs: SettingInputs, nameOf: (key: SettingKey) => string): Settings {
  const unknown = Object.keys(inputs).find((key) => !(key in SETTINGS))
  if (unknown !== undefined) throw new SettingError(`${unknown} is not a setting. There are: ${SETTING_KEYS.join(', ')}.`)
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

/** False for what is empty or blank, as `${REDIS_URL:-}` of Compose gives it where nothing was set. */
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
      `${nameOf('cookieSameSite')} is "none"; browsers take that over https only: set ${nameOf('publicUrl')} to an https address.`,
    )
  }
  const host = publicUrl === undefined ? 'localhost' : new URL(publicUrl).hostname
  if (cookieDomain !== undefined && host !== cookieDomain && !host.endsWith(`.${cookieDomain}`)) {
    throw new SettingError(`${nameOf('cookieDomain')} is "${cookieDomain}"; accepted: ${host}, or a domain that it is part of.`)
  }
  if (settings.deviceBinding === 'required' && !supportsDeviceBinding({ secure, domain: cookieDomain ?? null, sameSite: cookieSameSite })) {
    throw new SettingError(
      `${nameOf('deviceBinding')} is "required"; browsers bind over https, and for one host: set ${nameOf('publicUrl')} to an https address, and neither ${nameOf('cookieDomain')} nor ${nameOf('cookieSameSite')}=none.`,
    )
  }
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new SettingError(`${nameOf('tlsCert')} and ${nameOf('tlsKey')} go together: set both, or neither.`)
  }
}
