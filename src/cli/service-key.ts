// latchkey service-key: create, list and remove the keys with which other services read revocations.

import type { Command } from 'commander'
import { AuthError } from '../domain/errors.ts'
import { isServiceName } from '../domain/key-ring.ts'
import { addServiceKey, removeServiceKey } from '../engine/key-management.ts'
import { serializeKeys } from '../http/serialize.ts'
import { SettingError } from '../settings.ts'
import { notFound } from './command-error.ts'
import { print, table } from './output.ts'
import { type CommandOptions, withEngine } from './with-engine.ts'

export function addServiceKeyCommands(program: Command): void {
  const key = program.command('service-key').description('Manage the keys of other services')

  key
    .command('create <name>')
    .description('Create a key for the service NAME and show it once')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions>()
      await withEngine(options, 'create', async (engine) => {
        checkServiceName(name)
        const added = await addServiceKey(engine, 'operator', name)
        if (added instanceof AuthError) return added
        const { record, value } = added
        const text = `Key ${record.id} for ${record.name}, shown only once:\n${value}\nSend it as: Authorization: Service <key>`
        print({ id: record.id, service: record.name, key: value }, options, text)
        return undefined
      })
    })

  key
    .command('list')
    .description('List the service keys')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions>()
      await withEngine(options, 'read', async (engine) => {
        // From the store: the engine would create a key ring where there is none.
        const ring = await engine.store.findKeyRing()
        const keys = ring === undefined ? [] : serializeKeys(ring).services
        print(keys, options, table(keys, ['id', 'use', 'createdAt'], 'No service keys: latchkey service-key create NAME.'))
        return undefined
      })
    })

  key
    .command('remove <id>')
    .description('Remove a service key; streams opened with it are closed')
    .action(async (id: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions>()
      await withEngine(options, 'change', async (engine) => {
        const removed = await removeServiceKey(engine, 'operator', id)
        if (removed instanceof AuthError) return removed.code === 'resource.not_found' ? notFound(`service key with the id ${id}`) : removed
        print({ removed: removed.id, service: removed.name }, options, `Key ${removed.id} for ${removed.name} was removed.`)
        return undefined
      })
    })
}

function checkServiceName(name: string): void {
  if (!isServiceName(name)) throw new SettingError(`NAME is ${JSON.stringify(name)}; accepted: 1 to 64 visible characters.`)
}
