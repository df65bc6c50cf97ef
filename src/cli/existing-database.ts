// Checks that the database exists, for commands that read or change existing data: an empty new one would give wrong answers.

import { resolve } from 'node:path'
import type { AuthError } from '../domain/errors.ts'
import { readDatabaseVersion } from '../open-store.ts'
import type { Settings } from '../settings.ts'
import { commandError } from './command-error.ts'

const ADVICE = 'Run the command in the folder of the server, or set DATABASE_URL or --database-url.'

/**
 * Why a command cannot use the database; undefined if it can. Creates nothing.
 *
 * @param mustBeCurrent whether the schema must be that of this version, since the command does not migrate it
 * @throws StoreError, SettingError
 */
export async function findDatabaseProblem(
  { databaseUrl }: Pick<Settings, 'databaseUrl'>,
  mustBeCurrent: boolean,
): Promise<AuthError | undefined> {
  const database = await readDatabaseVersion(databaseUrl)
  const location = `at ${databaseUrl.engine === 'sqlite' ? resolve(databaseUrl.path) : addressOf(databaseUrl.url)}`
  if (database === undefined) return commandError(`There is no database ${location}. ${ADVICE}`)
  const { found, known } = database
  if (found === 0) return commandError(`The database ${location} has no Latchkey tables. ${ADVICE}`)
  if (!mustBeCurrent || found >= known) return undefined
  return commandError(
    `The database ${location} has schema version ${found}, but this Latchkey reads version ${known}: run \`latchkey migrate\`, or start the server.`,
  )
}

/** The URL without its username, password and parameters. */
function addressOf(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
