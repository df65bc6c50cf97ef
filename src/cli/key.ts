// latchkey key: the signing keys, and keys for other services.

import type { Command } from 'commander'
import type { SigningKeyRecord } from '../domain/key-ring.ts'
import { addServiceKey, removeServiceKey } from '../engine/service-keys.ts'
import { print, table } from './output.ts'
import { type CommandOptions, notFound, withEngine } from './with-engine.ts'

export function addKeyCommands(program: Command): void {
  const key = program.command('key').description('keys: list, rotate, add, remove')

  key
    .command('list')
    .description('list the signing keys and the keys of services')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions>()
      await withEngine(options, async (engine) => {
        const ring = await engine.keys.read()
        const signing = [
          describe(ring.signing, 'signs'),
          describe(ring.next, 'next'),
          ...ring.retired.map((retired) => describe(retired, 'retired')),
        ]
        const services = ring.services.map(({ id, name, createdAt }) => ({ id, use: `service ${name}`, createdAt: iso(createdAt) }))
        print({ signing, services }, options, table([...signing, ...services], ['id', 'use', 'createdAt'], ''))
        return undefined
      })
    })

  key
    .command('rotate')
    .description('retire the signing key and sign with the next one; tokens signed before stay good until they expire')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions>()
      await withEngine(options, async (engine) => {
        const { signing, next } = await engine.keys.rotate()
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
      await withEngine(options, async (engine) => {
        const { record, value } = await addServiceKey(engine, options.service)
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
      await withEngine(options, async (engine) => {
        const removed = await removeServiceKey(engine, id)
        if (removed === undefined) return notFound(`key of a service with the id ${id}`)
        print({ removed: removed.id, service: removed.name }, options, `Key ${removed.id} for ${removed.name} was removed.`)
        return undefined
      })
    })
}

function describe(key: SigningKeyRecord, use: string) {
  return { id: key.kid, use, createdAt: iso(key.createdAt) }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
