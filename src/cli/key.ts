// latchkey key: the signing keys, and keys for other services.

import type { Command } from 'commander'
import { AuthError } from '../domain/errors.ts'
import { isServiceName } from '../domain/key-ring.ts'
import { addServiceKey, removeServiceKey, rotateSigningKey } from '../engine/keys.ts'
import { presentKeys } from '../http/present.ts'
import { SettingError } from '../settings.ts'
import { notFound } from './named-refusal.ts'
import { print, table } from './output.ts'
import { type CommandOptions, withEngine } from './with-engine.ts'

export function addKeyCommands(program: Command): void {
  const key = program.command('key').description('keys: list, rotate, add, remove')

  key
    .command('list')
    .description('list the signing keys and the keys of services')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions>()
      await withEngine(options, 'read', async (engine) => {
        // Not by the engine, which makes a key ring where there is none.
        const ring = await engine.store.findKeyRing()
        const { signing, services } = ring === undefined ? { signing: [], services: [] } : presentKeys(ring)
        const whenEmpty = 'There are no keys yet: the server makes them when it first starts.'
        print({ signing, services }, options, table([...signing, ...services], ['id', 'use', 'alg', 'createdAt'], whenEmpty))
        return undefined
      })
    })

  key
    .command('rotate')
    .description('retire the signing key and sign with the next one; tokens signed before stay good until they expire')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions>()
      await withEngine(options, 'change', async (engine) => {
        const rotated = await rotateSigningKey(engine, 'operator')
        if (rotated instanceof AuthError) return rotated
        const { signing, next } = rotated
        print({ signing: signing.kid, next: next.kid }, options, `${signing.kid} signs from now on; ${next.kid} is published as the next.`)
        return undefined
      })
    })

  key
    .command('add')
    .description('make a key for another service; it is shown once')
    .requiredOption('--service <name>', 'what the service is called')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions & { service: string }>()
      await withEngine(options, 'create', async (engine) => {
        checkServiceName(options.service)
        const added = await addServiceKey(engine, 'operator', options.service)
        if (added instanceof AuthError) return added
        const { record, value } = added
        const sentence = `Key ${record.id} for ${record.name}, shown only now:\n${value}\nSend it as: Authorization: Service <key>`
        print({ id: record.id, service: record.name, key: value }, options, sentence)
        return undefined
      })
    })

  key
    .command('remove <id>')
    .description('remove the key of a service: it opens nothing any more, and what it has opened ends')
    .action(async (id: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions>()
      await withEngine(options, 'change', async (engine) => {
        const removed = await removeServiceKey(engine, 'operator', id)
        if (removed instanceof AuthError) return removed.code === 'not_found' ? notFound(`key of a service with the id ${id}`) : removed
        print({ removed: removed.id, service: removed.name }, options, `Key ${removed.id} for ${removed.name} was removed.`)
        return undefined
      })
    })
}

function checkServiceName(name: string): void {
  if (!isServiceName(name)) throw new SettingError(`--service is ${JSON.stringify(name)}; accepted: 1 to 64 characters, all of them seen.`)
}
