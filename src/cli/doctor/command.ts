// latchkey doctor: the options of the command.

import type { Command } from 'commander'
import type { OutputOptions } from '../output.ts'

export interface DoctorOptions extends OutputOptions {
  readonly resolve?: readonly string[]
  readonly plain?: string
  readonly origin?: readonly string[]
  readonly user?: string
  readonly serviceKeyFile?: string
  readonly ports?: readonly string[]
}

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor <url>')
    .description('Check a deployment from outside: sign in with a temporary user, report each problem with its fix, and delete the user')
    .option(
      '--resolve <address...>',
      'Check these addresses instead of those that the name resolves to, such as 203.0.113.7 or 203.0.113.7:8443',
    )
    .option('--origin <origin...>', 'Origins of applications that must be allowed')
    .option('--plain <url>', 'The URL without TLS; default: port 80 of the same name')
    .option('--user <name>', 'Sign in as an existing user, where registration is closed; the password is prompted for')
    .option('--service-key-file <file>', 'A file with a service key, to check the revocation stream too')
    .option('--ports <port...>', 'Ports of this machine on which another Latchkey may run; default: 3000 to 3009')
    .action(async (text: string, _options: unknown, command: Command) => {
      // Loaded on demand, so that `serve` starts without it.
      const { runDoctor } = await import('./run.ts')
      await runDoctor(text, command.optsWithGlobals<DoctorOptions>())
    })
}
