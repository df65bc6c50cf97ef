// Commands work on the same engine as the server, over the same database, beside it.

import { compose, type Overrides } from '../compose.ts'
import type { AuthError } from '../domain/errors.ts'
import type { Engine } from '../engine/engine.ts'
import { loadSettings } from '../server/load-settings.ts'
import type { DatabaseChoice, Settings } from '../settings.ts'
import { findDatabaseProblem } from './existing-database.ts'
import { fail, type OutputOptions, warn } from './output.ts'

export interface CommandOptions extends OutputOptions {
  readonly databaseUrl?: string
}

const NO_USERS: DatabaseChoice = { engine: 'sqlite', path: ':memory:' }

/**
 * Runs a command on an engine and closes it again. A refusal is printed, and sets the exit code.
 *
 * @param access `create` makes a database, its tables and a secret where there is none; `change` needs those of the server; `read`
 *   changes nothing at all; `check` does neither, and where there is no database says so and goes on without users
 */
export async function withEngine(
  options: CommandOptions,
  access: NonNullable<Overrides['access']> | 'check',
  run: (engine: Engine) => Promise<AuthError | undefined>,
): Promise<void> {
  // No timer of the engine keeps a process alive; without a database nothing would, and it would end before it has said so.
  const alive = setInterval(() => {}, 60_000)
  try {
    const settings = await loadSettings(process.env, process.cwd(), { databaseUrl: options.databaseUrl })
    const missing = access === 'create' ? undefined : await findDatabaseProblem(settings, access !== 'change')
    if (missing) {
      fail(missing, options)
      if (access !== 'check') return
    }
    const found: Settings = missing ? { ...settings, databaseUrl: NO_USERS, redisUrl: undefined } : settings
    const engine = await compose(found, settings.publicUrl ?? `http://localhost:${settings.port}`, {
      acceptsCredentials: false,
      access: access === 'check' ? 'read' : access,
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
