// latchkey doctor: a visit to a deployment, through everything that stands before it.

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
    .description('sign in through a deployment with a user who is deleted again, and report what is wrong and what mends it')
    .option('--resolve <address...>', 'the addresses to look at, such as 203.0.113.7 or 203.0.113.7:8443, instead of those of the name')
    .option('--origin <origin...>', 'origins of applications that are to be allowed')
    .option('--plain <url>', 'where the same is reached without TLS; otherwise port 80 of the same name')
    .option('--user <name>', 'sign in as somebody who is there, where registration is closed; the password is asked for')
    .option('--service-key-file <file>', 'a service key, to look at the stream of endings too')
    .option('--ports <port...>', 'of this machine, where another Latchkey may run; otherwise 3000 to 3009')
    .action(async (text: string, _options: unknown, command: Command) => {
      // A server that starts does without everything that belongs to it.
      const { runDoctor } = await import('./run.ts')
      await runDoctor(text, command.optsWithGlobals<DoctorOptions>())
    })
}
