// latchkey session: listing, and revoking, which has a file of its own.

import type { Command } from 'commander'
import type { CredentialRecord } from '../domain/credential.ts'
import { AuthError } from '../domain/errors.ts'
import type { Engine } from '../engine/engine.ts'
import { findUser } from '../engine/users.ts'
import { notFound } from './named-refusal.ts'
import { print, table } from './output.ts'
import { addRevokeCommand } from './revoke.ts'
import { type CommandOptions, withEngine } from './with-engine.ts'

const PAGE = 500

export function addSessionCommands(program: Command): void {
  const session = program.command('session').description('sessions and remembered logins: list, revoke')

  session
    .command('list')
    .description('list the live sessions and remembered logins, of all users or of one')
    .option('--user <name>', 'of this user alone')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions & { user?: string }>()
      await withEngine(options, 'read', async (engine) => {
        const records = await listRecords(engine, options.user)
        if (records instanceof AuthError) return records
        const rows = records.map(present)
        print(rows, options, table(rows, ['id', 'kind', 'username', 'lastSeenAt', 'ip', 'device'], 'Nobody is signed in.'))
        return undefined
      })
    })

  addRevokeCommand(session)
}

async function listRecords(engine: Engine, user: string | undefined): Promise<readonly CredentialRecord[] | AuthError> {
  if (user !== undefined) {
    const found = await findUser(engine, user)
    return found ? engine.store.credentials.listByUser(found.code) : notFound(`user ${user}`)
  }
  const records: CredentialRecord[] = []
  for (let after: string | null = null; ; ) {
    const page = await engine.store.users.page(after, PAGE)
    for (const { code } of page) records.push(...(await engine.store.credentials.listByUser(code)))
    after = page.at(-1)?.code ?? null
    if (page.length < PAGE) return records
  }
}

function present(record: CredentialRecord) {
  const { id, kind, lineage, username, userCode, startedAt, lastSeenAt, expiresAt, ip, device } = record
  const iso = (at: number) => new Date(at).toISOString()
  const times = { startedAt: iso(startedAt), lastSeenAt: iso(lastSeenAt), expiresAt: iso(expiresAt) }
  return { id, kind, lineage, username, userCode, ...times, ip, device }
}
