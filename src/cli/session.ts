// latchkey session: lists sessions and remember-me logins; `revoke` is in its own file.

import type { Command } from 'commander'
import type { CredentialRecord } from '../domain/credential.ts'
import { AuthError } from '../domain/errors.ts'
import type { Engine } from '../engine/engine.ts'
import { findUser } from '../engine/users.ts'
import { notFound } from './command-error.ts'
import { print, table } from './output.ts'
import { addRevokeCommand } from './revoke.ts'
import { type CommandOptions, withEngine } from './with-engine.ts'

const PAGE = 500

export function addSessionCommands(program: Command): void {
  const session = program.command('session').description('Manage sessions and remember-me logins')

  session
    .command('list')
    .description('List the active sessions and remember-me logins of all users, or of one')
    .option('--user <name>', 'Only those of this user')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions & { user?: string }>()
      await withEngine(options, 'read', async (engine) => {
        const records = await listRecords(engine, options.user)
        if (records instanceof AuthError) return records
        const rows = records.map(toRow)
        print(rows, options, table(rows, ['id', 'kind', 'username', 'lastSeenAt', 'ip', 'userAgent'], 'No active sessions.'))
        return undefined
      })
    })

  addRevokeCommand(session)
}

async function listRecords(engine: Engine, user: string | undefined): Promise<readonly CredentialRecord[] | AuthError> {
  if (user !== undefined) {
    const found = await findUser(engine, user)
    return found ? engine.store.credentials.listByUser(found.id) : notFound(`user ${user}`)
  }
  const records: CredentialRecord[] = []
  for (let after: string | null = null; ; ) {
    const page = await engine.store.users.page(after, PAGE)
    for (const { id } of page) records.push(...(await engine.store.credentials.listByUser(id)))
    after = page.at(-1)?.id ?? null
    if (page.length < PAGE) return records
  }
}

function toRow(record: CredentialRecord) {
  const { id, kind, lineage, username, userId, startedAt, lastSeenAt, expiresAt, ip, userAgent } = record
  const iso = (at: number) => new Date(at).toISOString()
  const times = { startedAt: iso(startedAt), lastSeenAt: iso(lastSeenAt), expiresAt: iso(expiresAt) }
  return { id, kind, lineage, username, userId, ...times, ip, userAgent }
}
