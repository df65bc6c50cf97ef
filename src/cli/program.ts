// The command line: parses the arguments and runs the command.

import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { addDoctorCommand } from './doctor/command.ts'
import { addMigrateCommand } from './migrate.ts'
import { EXIT, fail, failUsage } from './output.ts'
import { addServeCommand } from './serve.ts'
import { addServiceKeyCommands } from './service-key.ts'
import { addSessionCommands } from './session.ts'
import { addSigningKeyCommands } from './signing-key.ts'
import { addUserCommands } from './user.ts'

const manifest: { readonly version: string } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

const program = new Command('latchkey')
  .description('Login for web applications: remember-me logins, sessions and access tokens, revoked together.')
  .option('--database-url <url>', 'Database URL (DATABASE_URL); default: sqlite:latchkey.db')
  .option('--json', 'Print JSON')
  .version(manifest.version, '-v, --version', 'Print the version')
  .helpOption('-h, --help', 'Print this help')
  .helpCommand('help [command]', 'Print the help of a command')
  .configureHelp({ showGlobalOptions: true })
  .configureOutput({ outputError: (text) => failUsage(text, { json: process.argv.includes('--json') }) })
  .exitOverride()

addServeCommand(program)
addUserCommands(program)
addSessionCommands(program)
addSigningKeyCommands(program)
addServiceKeyCommands(program)
addMigrateCommand(program)
addDoctorCommand(program)

try {
  await program.parseAsync()
} catch (error) {
  // Commander has already printed the error or the help.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.success : EXIT.usage
  else fail(error)
}
