// Users as rows, and the SQL that finds and changes them.

import type { UserRecord } from '../../domain/user.ts'
import { parseColumn } from './json-column.ts'

const COLUMNS = 'id, username_key, version, rest'
const TABLE = 'latchkey_users'

export type UserRow = readonly [id: string, usernameKey: string, version: number, rest: string]

export const USER_SQL = {
  find: `SELECT ${COLUMNS} FROM ${TABLE} WHERE id = ?`,
  findByUsernameKey: `SELECT ${COLUMNS} FROM ${TABLE} WHERE username_key = ?`,
  page: `SELECT ${COLUMNS} FROM ${TABLE} WHERE id > ? ORDER BY id LIMIT ?`,
  hasVersion: `SELECT 1 FROM ${TABLE} WHERE id = ? AND version = ?`,
  insert: `INSERT INTO ${TABLE} (id, username_key, version, rest) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  replace: `UPDATE ${TABLE} SET username_key = ?, version = ?, rest = ?
    WHERE id = ? AND version = ? AND NOT EXISTS (SELECT 1 FROM ${TABLE} AS other WHERE other.username_key = ? AND other.id <> ?)`,
  delete: `DELETE FROM ${TABLE} WHERE id = ?`,
} as const

/** @throws StoreError when the row is damaged */
export function userOf([id, usernameKey, version, rest]: UserRow): UserRecord {
  return { ...parseColumn<Omit<UserRecord, 'id' | 'usernameKey' | 'version'>>(rest), id, usernameKey, version }
}

export function userValues({ id, usernameKey, version, ...rest }: UserRecord): UserRow {
  return [id, usernameKey, version, JSON.stringify(rest)]
}

/** In the order of the placeholders of `replace`. */
export function replacementValues(next: UserRecord, ifVersion: number) {
  const [id, usernameKey, version, rest] = userValues(next)
  return [usernameKey, version, rest, id, ifVersion, usernameKey, id] as const
}
