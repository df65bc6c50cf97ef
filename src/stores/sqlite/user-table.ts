// Users in SQLite.

import type { UserRecord } from '../../domain/user.ts'
import { replacementValues, USER_SQL, type UserRow, userOf, userValues } from '../sql/users.ts'
import type { Command, Connection, Query } from './connection.ts'

export class UserTable {
  readonly #find: Query<UserRow>
  readonly #findByUsernameKey: Query<UserRow>
  readonly #page: Query<UserRow>
  readonly #hasVersion: Query<readonly [1]>
  readonly #insert: Command
  readonly #replace: Command
  readonly #delete: Command

  constructor(connection: Connection) {
    this.#find = connection.query(USER_SQL.find)
    this.#findByUsernameKey = connection.query(USER_SQL.findByUsernameKey)
    this.#page = connection.query(USER_SQL.page)
    this.#hasVersion = connection.query(USER_SQL.hasVersion)
    this.#insert = connection.command(USER_SQL.insert)
    this.#replace = connection.command(USER_SQL.replace)
    this.#delete = connection.command(USER_SQL.delete)
  }

  find(id: string): UserRecord | undefined {
    const row = this.#find.first(id)
    return row && userOf(row)
  }

  findByUsernameKey(usernameKey: string): UserRecord | undefined {
    const row = this.#findByUsernameKey.first(usernameKey)
    return row && userOf(row)
  }

  page(after: string | null, limit: number): readonly UserRecord[] {
    return this.#page.all(after ?? '', limit).map(userOf)
  }

  hasVersion(id: string, version: number): boolean {
    return this.#hasVersion.first(id, version) !== undefined
  }

  insert(user: UserRecord): boolean {
    return this.#insert(...userValues(user)) === 1
  }

  replace(next: UserRecord, ifVersion: number): boolean {
    return this.#replace(...replacementValues(next, ifVersion)) === 1
  }

  delete(id: string): boolean {
    return this.#delete(id) === 1
  }
}
