// Commands that read, or that change what is there, look for the database first: one that they made would be empty, and their answer
// about it true of nothing.

import { resolve } from 'node:path'
import type { AuthError } from '../domain/errors.ts'
import { readDatabaseVersion } from '../open-store.ts'
import type { Settings } from '../settings.ts'
import { commandError } from './command-error.ts'

const ADVICE = 'Run the command in the folder of the server, or name its database: DATABASE_URL, or --database-url.'

/**
 * Why a command has no database to work on; undefined where it has. Makes nothing.
 *
 * @param mustBeCurrent whether the schema must be the one that this version knows, since the command does not migrate it
 * @throws StoreError, SettingError
 */
export async function findDatabaseProblem(
  { databaseUrl }: Pick<Settings, 'databaseUrl'>,
  mustBeCurrent: boolean,
): Promise<AuthError | undefined> {
  const database = await readDatabaseVersion(databaseUrl)
  const location = databaseUrl.engine === 'sqlite' ? `at ${resolve(databaseUrl.path)}` : `that ${addressOf(databaseUrl.url)} names`
  if (database === undefined) return commandError(`There is no database ${location}. ${ADVICE}`)
  const { found, known } = database
  if (found === 0) return commandError(`The database ${location} has no tables of Latchkey. ${ADVICE}`)
  if (!mustBeCurrent || found >= known) return undefined
  return commandError(
    `The database ${location} is at version ${found}, and this Latchkey reads version ${known}: run \`latchkey migrate\`, or start the server.`,
  )
}

/** A URL without the name, the password and the parameters in it. */
function addressOf(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
