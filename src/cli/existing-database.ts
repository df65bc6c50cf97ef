// Commands that read, or that change what is there, look for the database first: one that they made would be empty, and their answer
// about it true of nothing.

import { resolve } from 'node:path'
import type { AuthError } from '../domain/errors.ts'
import { findDatabase } from '../open-store.ts'
import type { Settings } from '../settings.ts'
import { namedRefusal } from './named-refusal.ts'

const ADVICE = 'Run the command in the folder of the server, or name its database: DATABASE_URL, or --database-url.'

/**
 * Why a command has no database to work on; undefined where it has. Makes nothing.
 *
 * @param mustBeCurrent whether the schema must be the one that this version knows, since the command does not migrate it
 * @throws StoreError, SettingError
 */
export async function findDatabaseFault(
  { databaseUrl }: Pick<Settings, 'databaseUrl'>,
  mustBeCurrent: boolean,
): Promise<AuthError | undefined> {
  const database = await findDatabase(databaseUrl)
  const place = databaseUrl.engine === 'sqlite' ? `at ${resolve(databaseUrl.path)}` : `that ${addressOf(databaseUrl.url)} names`
  if (database === undefined) return namedRefusal(`There is no database ${place}. ${ADVICE}`)
  const { found, known } = database
  if (found === 0) return namedRefusal(`The database ${place} has no tables of Latchkey. ${ADVICE}`)
  if (!mustBeCurrent || found >= known) return undefined
  return namedRefusal(
    `The database ${place} is at version ${found}, and this Latchkey reads version ${known}: run \`latchkey migrate\`, or start the server.`,
  )
}

/** A URL without the name, the password and the parameters in it. */
function addressOf(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
