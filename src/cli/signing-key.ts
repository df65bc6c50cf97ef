// latchkey signing-key: list and rotate the keys that sign access tokens.

import type { Command } from 'commander'
import { AuthError } from '../domain/errors.ts'
import { rotateSigningKey } from '../engine/key-management.ts'
import { serializeKeys } from '../http/serialize.ts'
import { print, table } from './output.ts'
import { type CommandOptions, withEngine } from './with-engine.ts'

export function addSigningKeyCommands(program: Command): void {
  const key = program.command('signing-key').description('Manage the keys that sign access tokens')

  key
    .command('list')
    .description('List the signing keys')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions>()
      await withEngine(options, 'read', async (engine) => {
        // From the store: the engine would create a key ring where there is none.
        const ring = await engine.store.findKeyRing()
        const keys = ring === undefined ? [] : serializeKeys(ring).signing
        const whenEmpty = 'No signing keys: the server creates them at its first start.'
        print(keys, options, table(keys, ['id', 'use', 'alg', 'createdAt'], whenEmpty))
        return undefined
      })
    })

  key
    .command('rotate')
    .description('Sign with the next key from now on; tokens signed with the current key stay valid until they expire')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions>()
      await withEngine(options, 'change', async (engine) => {
        const rotated = await rotateSigningKey(engine, 'operator')
        if (rotated instanceof AuthError) return rotated
        const { signing, next } = rotated
        print(
          { signing: signing.kid, next: next.kid },
          options,
          `Tokens are now signed with ${signing.kid}; the next key is ${next.kid}, which is published already.`,
        )
        return undefined
      })
    })
}
