// Operations in SQLite.

import type { Operation } from '../../domain/operation.ts'
import type { ListedOperation } from '../../ports/store.ts'
import { OPERATION_SQL, type OperationRow, operationOf, operationValues } from '../sql/operations.ts'
import type { Command, Connection, Query } from './connection.ts'

export class OperationTable {
  readonly #list: Query<OperationRow>
  readonly #append: Command
  readonly #deleteByUser: Command
  readonly #deleteOlder: Command

  constructor(connection: Connection) {
    this.#list = connection.query(OPERATION_SQL.list)
    this.#append = connection.command(OPERATION_SQL.append)
    this.#deleteByUser = connection.command(OPERATION_SQL.deleteByUser)
    this.#deleteOlder = connection.command(OPERATION_SQL.deleteOlder)
  }

  append(operation: Operation): void {
    this.#append(...operationValues(operation))
  }

  list(userCode: string, before: number | null, limit: number): readonly ListedOperation[] {
    return this.#list.all(userCode, before ?? Number.MAX_SAFE_INTEGER, limit).map(operationOf)
  }

  deleteByUser(userCode: string): void {
    this.#deleteByUser(userCode)
  }

  deleteOlder(before: number, limit: number): number {
    return this.#deleteOlder(before, limit)
  }
}
