// Operations in PostgreSQL.

import type { Operation } from '../../domain/operation.ts'
import type { ListedOperation } from '../../ports/store.ts'
import { OPERATION_SQL, type OperationRow, operationOf, operationValues } from '../sql/operations.ts'
import { type Session, statement, sweeping } from './connection.ts'

const LIST = statement(OPERATION_SQL.list)
const APPEND = statement(OPERATION_SQL.append)
const DELETE_BY_USER = statement(OPERATION_SQL.deleteByUser)
const DELETE_OLDER = sweeping(OPERATION_SQL.deleteOlder)

export async function append(session: Session, operation: Operation): Promise<void> {
  await session.count(APPEND, ...operationValues(operation))
}

export async function list(session: Session, userCode: string, before: number | null, limit: number): Promise<readonly ListedOperation[]> {
  return (await session.rows<OperationRow>(LIST, userCode, before ?? Number.MAX_SAFE_INTEGER, limit)).map(operationOf)
}

export async function deleteByUser(session: Session, userCode: string): Promise<void> {
  await session.count(DELETE_BY_USER, userCode)
}

export async function deleteOlder(session: Session, before: number, limit: number): Promise<number> {
  return session.count(DELETE_OLDER, before, limit)
}
