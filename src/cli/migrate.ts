// latchkey migrate: bring the database to the form this version works with. `serve` does it too.

import type { Command } from 'commander'
import { migrateDatabase } from '../open-store.ts'
import { loadSettings } from '../server/configuration.ts'
import { fail, print } from './output.ts'
import type { CommandOptions } from './with-engine.ts'

export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('bring the database to the form this version works with, and say which that is')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions>()
      try {
        const { databaseUrl } = await loadSettings(process.env, process.cwd(), { databaseUrl: options.databaseUrl })
        const { found, known } = await migrateDatabase(databaseUrl)
        print(
          { from: found, to: known },
          options,
          found === known ? `The database is at version ${known} already.` : `The database is at version ${known} now; it was at ${found}.`,
        )
      } catch (error) {
        fail(error, options)
      }
    })
}
