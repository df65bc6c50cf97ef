// Every command, and how each of them fails.

import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { addDoctorCommand } from './doctor/command.ts'
import { addKeyCommands } from './key.ts'
import { addMigrateCommand } from './migrate.ts'
import { EXIT, fail, failUsage } from './output.ts'
import { addServeCommand } from './serve.ts'
import { addSessionCommands } from './session.ts'
import { addUserCommands } from './user.ts'

const manifest: { readonly version: string } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

const program = new Command('latchkey')
  .description('Login for web applications: a remembered login, a session and a token in one lineage with one ending.')
  .option('--database-url <url>', 'the database (DATABASE_URL); sqlite:latchkey.db where nothing is set')
  .option('--json', 'print JSON')
  .version(manifest.version, '-v, --version', 'print the version')
  .configureHelp({ showGlobalOptions: true })
  .configureOutput({ outputError: (text) => failUsage(text, { json: process.argv.includes('--json') }) })
  .exitOverride()

addServeCommand(program)
addUserCommands(program)
addSessionCommands(program)
addKeyCommands(program)
addMigrateCommand(program)
addDoctorCommand(program)

try {
  await program.parseAsync()
} catch (error) {
  // Commander has said what was wrong, or printed the help that was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage
  else fail(error)
}
