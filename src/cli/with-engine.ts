// Runs a command with an engine on the database of the server, while the server may be running.

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

const EMPTY_DATABASE: DatabaseChoice = { engine: 'sqlite', path: ':memory:' }

/**
 * Runs a command with an engine, then closes it. An error is printed, and sets the exit code.
 *
 * @param access `create` creates the database, its tables and the secret if missing; `change` needs those of the server; `read` writes
 *   nothing; `check` writes nothing either, and without a database reports that and continues with no users
 */
export async function withEngine(
  options: CommandOptions,
  access: NonNullable<Overrides['access']> | 'check',
  run: (engine: Engine) => Promise<AuthError | undefined>,
): Promise<void> {
  // The timers of the engine keep no process alive; without this one it could exit before it has printed its result.
  const keepAlive = setInterval(() => {}, 60_000)
  try {
    const settings = await loadSettings(process.env, process.cwd(), { databaseUrl: options.databaseUrl })
    const missing = access === 'create' ? undefined : await findDatabaseProblem(settings, access !== 'change')
    if (missing) {
      fail(missing, options)
      if (access !== 'check') return
    }
    const found: Settings = missing ? { ...settings, databaseUrl: EMPTY_DATABASE, redisUrl: undefined } : settings
    const engine = await compose(found, settings.publicUrl ?? `http://localhost:${settings.port}`, {
      acceptsCredentials: false,
      access: access === 'check' ? 'read' : access,
      onWarning: (warning) => warn(warning, options),
    })
    try {
      const error = await run(engine)
      if (error) fail(error, options)
    } finally {
      await engine.stop().finally(() => engine.store.close())
    }
  } catch (error) {
    fail(error, options)
  } finally {
    clearInterval(keepAlive)
  }
}
