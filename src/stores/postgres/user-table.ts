// Users in PostgreSQL.

import type { UserRecord } from '../../domain/user.ts'
import { replacementValues, USER_SQL, type UserRow, userOf, userValues } from '../sql/users.ts'
import { isValidText, type Session, statement } from './connection.ts'
import { isUniqueViolation } from './errors.ts'

const FIND = statement(USER_SQL.find)
const FIND_BY_USERNAME_KEY = statement(USER_SQL.findByUsernameKey)
const PAGE = statement(USER_SQL.page)
const INSERT = statement(USER_SQL.insert)
const REPLACE = statement(USER_SQL.replace)
const DELETE = statement(USER_SQL.delete)
/** Until the commit, no other transaction can change the user. */
const LOCK_IF_VERSION = statement(`${USER_SQL.hasVersion} FOR SHARE`)
const LOCK_FOR_UPDATE = statement('SELECT 1 FROM latchkey_users WHERE id = ANY (?::text[]) ORDER BY id FOR UPDATE')

export async function find(session: Session, id: string): Promise<UserRecord | undefined> {
  if (!isValidText(id)) return undefined
  const [row] = await session.rows<UserRow>(FIND, id)
  return row && userOf(row)
}

export async function findByUsernameKey(session: Session, usernameKey: string): Promise<UserRecord | undefined> {
  if (!isValidText(usernameKey)) return undefined
  const [row] = await session.rows<UserRow>(FIND_BY_USERNAME_KEY, usernameKey)
  return row && userOf(row)
}

export async function page(session: Session, after: string | null, limit: number): Promise<readonly UserRecord[]> {
  return (await session.rows<UserRow>(PAGE, after ?? '', limit)).map(userOf)
}

export async function lockIfVersion(session: Session, id: string, version: number): Promise<boolean> {
  return (await session.rows(LOCK_IF_VERSION, id, version)).length > 0
}

/** Until the commit, no other transaction can lock or change these users. */
export async function lockForUpdate(session: Session, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await session.rows(LOCK_FOR_UPDATE, ids)
}

export async function insert(session: Session, user: UserRecord): Promise<boolean> {
  return (await session.count(INSERT, ...userValues(user))) === 1
}

export async function replace(session: Session, next: UserRecord, ifVersion: number): Promise<boolean> {
  try {
    return (await session.count(REPLACE, ...replacementValues(next, ifVersion))) === 1
  } catch (error) {
    // Another transaction took the username between the check and the update.
    if (isUniqueViolation(error)) return false
    throw error
  }
}

export async function remove(session: Session, id: string): Promise<boolean> {
  return (await session.count(DELETE, id)) === 1
}
