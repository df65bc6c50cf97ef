// Operations as rows, and the SQL that appends, lists and deletes them.

import type { Operation } from '../../domain/operation.ts'
import type { ListedOperation } from '../../ports/store.ts'
import { parseColumn } from './json-column.ts'

const TABLE = 'latchkey_operations'

export type OperationRow = readonly [position: number, userCode: string, at: number, rest: string]

export const OPERATION_SQL = {
  append: `INSERT INTO ${TABLE} (user_code, at, rest) VALUES (?, ?, ?)`,
  list: `SELECT position, user_code, at, rest FROM ${TABLE} WHERE user_code = ? AND position < ? ORDER BY position DESC LIMIT ?`,
  deleteByUser: `DELETE FROM ${TABLE} WHERE user_code = ?`,
  deleteOlder: `DELETE FROM ${TABLE} WHERE position IN (SELECT position FROM ${TABLE} WHERE at < ? LIMIT ?)`,
} as const

/** @throws StoreError when the row is damaged */
export function operationOf([position, userCode, at, rest]: OperationRow): ListedOperation {
  return { ...parseColumn<Omit<Operation, 'userCode' | 'at'>>(rest), userCode, at, position }
}

export function operationValues({ userCode, at, ...rest }: Operation): readonly [string, number, string] {
  return [userCode, at, JSON.stringify(rest)]
}
