// Validates one imported user: field names, their aliases, and values.

import { parseHash, storedForm } from './legacy-hash.ts'
import { DAY } from './time.ts'
import { isRole, usernameKey } from './user.ts'

/** Each field and its aliases, normalised: lower case, without `_` and `-`. */
const FIELD_ALIASES = {
  username: ['username', 'login'],
  email: ['email'],
  hash: ['hash', 'passwordhash', 'password', 'passworddigest', 'encryptedpassword'],
  roles: ['roles', 'role'],
  createdAt: ['createdat', 'datejoined'],
  disabled: ['disabled', 'banned'],
} as const

export type ImportField = keyof typeof FIELD_ALIASES

export const IMPORT_FIELDS = Object.keys(FIELD_ALIASES) as readonly ImportField[]

/** The values of one user as they were read, of any type. */
export type ImportValues = Readonly<Partial<Record<ImportField, unknown>>>

export interface ImportedUser {
  readonly username: string
  readonly usernameKey: string
  readonly email: string | null
  readonly passwordHash: string
  readonly roles: readonly string[]
  readonly disabled: boolean
  /** Null when the row has no value. */
  readonly createdAt: number | null
}

/** Why a row is rejected; the message does not repeat its content. */
export interface InvalidRow {
  readonly refused: string
}

/** The field that a column or an object member stands for. */
export function importFieldOf(name: string): ImportField | undefined {
  const folded = name.trim().toLowerCase().replace(/[_-]/g, '')
  return IMPORT_FIELDS.find((field) => (FIELD_ALIASES[field] as readonly string[]).includes(folded))
}

export function validateImportRow(values: ImportValues, now: number): ImportedUser | InvalidRow {
  const username = trimmed(values.username)
  if (isEmpty(username)) return { refused: 'the username is missing' }
  if (typeof username !== 'string') return { refused: 'the username is not a string' }
  const key = usernameKey(username)
  // Less strict than at registration: imported users keep their existing usernames.
  if (key === undefined || !/[\p{L}\p{Nd}]/u.test(key))
    return { refused: 'the username is not allowed: 2 to 64 letters, digits, and . _ -' }

  const email = parseEmail(trimmed(values.email))
  if ('refused' in email) return email
  const hash = parseHashField(trimmed(values.hash))
  if ('refused' in hash) return hash
  const roles = parseRoles(values.roles)
  if ('refused' in roles) return roles
  const disabled = parseDisabled(values.disabled)
  if ('refused' in disabled) return disabled
  const createdAt = parseCreatedAt(values.createdAt, now)
  if ('refused' in createdAt) return createdAt
  return {
    username,
    usernameKey: key,
    email: email.value,
    passwordHash: hash.value,
    roles: roles.value,
    disabled: disabled.value,
    createdAt: createdAt.value,
  }
}

type Parsed<T> = { readonly value: T } | InvalidRow

const EMAIL = /^[^\s@]+@[^\s@]+$/u
const MAX_EMAIL = 254

function parseEmail(value: unknown): Parsed<string | null> {
  if (isEmpty(value)) return { value: null }
  if (typeof value !== 'string') return { refused: 'the email is not a string' }
  const isAddress = value.length <= MAX_EMAIL && EMAIL.test(value) && !/\p{Cc}/u.test(value) && value.isWellFormed()
  return isAddress ? { value } : { refused: 'the email is not an email address' }
}

function parseHashField(value: unknown): Parsed<string> {
  if (isEmpty(value)) return { refused: 'the hash is missing: a user without a password cannot sign in' }
  if (typeof value !== 'string') return { refused: 'the hash is not a string' }
  const hash = parseHash(value)
  return 'refused' in hash ? hash : { value: storedForm(hash, value) }
}

function parseRoles(value: unknown): Parsed<readonly string[]> {
  if (isEmpty(value)) return { value: [] }
  const listed: unknown = typeof value === 'string' ? value.split(/[\s,]+/).filter((role) => role !== '') : value
  if (!Array.isArray(listed)) return { refused: 'the roles are neither a string nor a list' }
  const roles: readonly unknown[] = listed
  const accepted = roles.filter((role): role is string => typeof role === 'string' && isRole(role))
  if (accepted.length < roles.length) return { refused: 'a role is not accepted: a lower-case letter, then letters, digits, _ or -' }
  return { value: [...new Set(accepted)] }
}

const TRUE_VALUES = ['true', 't', 'yes', 'y', '1']
const FALSE_VALUES = ['false', 'f', 'no', 'n', '0']

function parseDisabled(value: unknown): Parsed<boolean> {
  if (isEmpty(value)) return { value: false }
  const text = String(value).toLowerCase()
  if (TRUE_VALUES.includes(text)) return { value: true }
  if (FALSE_VALUES.includes(text)) return { value: false }
  return { refused: 'disabled is not a boolean: accepted are true, t, yes, y, 1, and false, f, no, n, 0' }
}

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)? ?(?:(Z|UTC)|([+-])(\d\d)(?::?(\d\d))?)?$/
/** Smaller whole numbers are seconds since 1970, larger ones milliseconds: as milliseconds this is in 1973. */
const FIRST_MILLISECONDS = 100_000_000_000

function parseCreatedAt(value: unknown, now: number): Parsed<number | null> {
  if (isEmpty(value)) return { value: null }
  const at =
    value instanceof Date ? value.getTime() : typeof value === 'number' ? toMilliseconds(value) : parseInstant(String(value).trim())
  if (at === undefined || !Number.isSafeInteger(at) || at < 0) {
    return { refused: 'createdAt is not a time: accepted are ISO 8601, and seconds or milliseconds since 1970' }
  }
  return at > now + DAY ? { refused: 'createdAt is in the future' } : { value: at }
}

function parseInstant(text: string): number | undefined {
  if (/^\d{1,15}$/.test(text)) return toMilliseconds(Number(text))
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = '', , sign, zoneHour = 0, zoneMinute = 0] =
    DATE_TIME.exec(text) ?? []
  if (year === undefined) return undefined
  const date = [Number(year), Number(month) - 1, Number(day)] as const
  const midnight = new Date(Date.UTC(...date))
  // Date.UTC moves a date that does not exist (30 February, month 13) to another day.
  const exists = midnight.getUTCMonth() === date[1] && midnight.getUTCDate() === date[2]
  if (!exists || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined
  const millisecond = Number(fraction.padEnd(3, '0').slice(0, 3))
  const zone = (sign === '-' ? -1 : 1) * (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000
  return midnight.getTime() + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000 + millisecond - zone
}

function toMilliseconds(number: number): number {
  return Math.round(number < FIRST_MILLISECONDS ? number * 1000 : number)
}

/** Fixed-width columns and edited files have whitespace around values. */
function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value
}

function isEmpty(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === ''
}
