// latchkey migrate: migrates the database to the schema of this version, as `serve` does when it starts.

import type { Command } from 'commander'
import { migrateDatabase } from '../open-store.ts'
import { loadSettings } from '../server/load-settings.ts'
import { fail, print } from './output.ts'
import type { CommandOptions } from './with-engine.ts'

export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('Migrate the database to the schema of this version')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions>()
      try {
        const { databaseUrl } = await loadSettings(process.env, process.cwd(), { databaseUrl: options.databaseUrl })
        const { found, known } = await migrateDatabase(databaseUrl)
        print(
          { from: found, to: known },
          options,
          found === known
            ? `The database schema is already at version ${known}.`
            : `The database schema was migrated from version ${found} to ${known}.`,
        )
      } catch (error) {
        fail(error, options)
      }
    })
}
