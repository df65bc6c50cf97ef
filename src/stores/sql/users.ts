// Users as rows, and the SQL that finds and changes them.

import type { UserRecord } from '../../domain/user.ts'
import { parseColumn } from './json-column.ts'

const COLUMNS = 'code, username_key, version, rest'
const TABLE = 'latchkey_users'

export type UserRow = readonly [code: string, usernameKey: string, version: number, rest: string]

export const USER_SQL = {
  find: `SELECT ${COLUMNS} FROM ${TABLE} WHERE code = ?`,
  findByUsernameKey: `SELECT ${COLUMNS} FROM ${TABLE} WHERE username_key = ?`,
  page: `SELECT ${COLUMNS} FROM ${TABLE} WHERE code > ? ORDER BY code LIMIT ?`,
  isInVersion: `SELECT 1 FROM ${TABLE} WHERE code = ? AND version = ?`,
  insert: `INSERT INTO ${TABLE} (code, username_key, version, rest) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  replace: `UPDATE ${TABLE} SET username_key = ?, version = ?, rest = ?
    WHERE code = ? AND version = ? AND NOT EXISTS (SELECT 1 FROM ${TABLE} AS other WHERE other.username_key = ? AND other.code <> ?)`,
  delete: `DELETE FROM ${TABLE} WHERE code = ?`,
} as const

/** @throws StoreError when the row is damaged */
export function userOf([code, usernameKey, version, rest]: UserRow): UserRecord {
  return { ...parseColumn<Omit<UserRecord, 'code' | 'usernameKey' | 'version'>>(rest), code, usernameKey, version }
}

export function userValues({ code, usernameKey, version, ...rest }: UserRecord): UserRow {
  return [code, usernameKey, version, JSON.stringify(rest)]
}

/** In the order of the placeholders of `replace`. */
export function replacementValues(next: UserRecord, ifVersion: number) {
  const [code, usernameKey, version, rest] = userValues(next)
  return [usernameKey, version, rest, code, ifVersion, usernameKey, code] as const
}
