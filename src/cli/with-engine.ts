// Commands work on the same engine as the server, over the same database, beside it.

import { assemble } from '../assemble.ts'
import { AuthError } from '../domain/errors.ts'
import type { Engine } from '../engine/engine.ts'
import { loadSettings } from '../server/configuration.ts'
import { fail, type OutputOptions, warn } from './output.ts'

export interface CommandOptions extends OutputOptions {
  readonly databaseUrl?: string
}

/** Runs a command on an engine and closes it again. A refusal is printed, and sets the exit code. */
export async function withEngine(options: CommandOptions, run: (engine: Engine) => Promise<AuthError | undefined>): Promise<void> {
  // No timer of the engine keeps a process alive; without a database nothing would, and it would end before it has said so.
  const alive = setInterval(() => {}, 60_000)
  try {
    const settings = await loadSettings(process.env, process.cwd(), { databaseUrl: options.databaseUrl })
    const engine = await assemble(settings, settings.publicUrl ?? `http://localhost:${settings.port}`, {
      serves: false,
      onWarning: (warning) => warn(warning, options),
    })
    try {
      const refusal = await run(engine)
      if (refusal) fail(refusal, options)
    } finally {
      await engine.stop().finally(() => engine.store.close())
    }
  } catch (error) {
    fail(error, options)
  } finally {
    clearInterval(alive)
  }
}

/** An identifier that is not there, said so that one knows which. */
export function notFound(what: string): AuthError {
  return new NamedRefusal(what)
}

class NamedRefusal extends AuthError {
  readonly #sentence: string

  constructor(what: string) {
    super('not_found')
    this.#sentence = `There is no ${what}.`
  }

  override get message(): string {
    return this.#sentence
  }
}
