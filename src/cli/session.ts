// latchkey session: listing and revoking, effective within a second in every running server.

import type { Command } from 'commander'
import type { CredentialRecord } from '../domain/credential.ts'
import { AuthError } from '../domain/errors.ts'
import type { Engine } from '../engine/engine.ts'
import { findUser, revoke } from '../engine/users.ts'
import { SettingError } from '../settings.ts'
import { print, table } from './output.ts'
import { type CommandOptions, notFound, withEngine } from './with-engine.ts'

const PAGE = 500

export function addSessionCommands(program: Command): void {
  const session = program.command('session').description('sessions and remembered logins: list, revoke')

  session
    .command('list')
    .description('list the live sessions and remembered logins, of all users or of one')
    .option('--user <name>', 'of this user alone')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions & { user?: string }>()
      await withEngine(options, async (engine) => {
        const records = await listRecords(engine, options.user)
        if (records instanceof AuthError) return records
        const rows = records.map(present)
        print(rows, options, table(rows, ['id', 'kind', 'username', 'lastSeenAt', 'ip', 'device'], 'Nobody is signed in.'))
        return undefined
      })
    })

  session
    .command('revoke [id]')
    .description('end one session, one remembered login with all it started, or everything of a user')
    .option('--user <name>', 'everything of this user')
    .action(async (id: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions & { user?: string }>()
      await withEngine(options, async (engine) => {
        if ((id === undefined) === (options.user === undefined)) {
          throw new SettingError('Say what to revoke: an id from `latchkey session list`, or --user NAME.')
        }
        const what = id === undefined ? { user: options.user ?? '' } : { id }
        const ended = await revoke(engine, what)
        if (ended instanceof AuthError)
          return ended.code === 'not_found' ? notFound('user' in what ? `user ${what.user}` : `live credential ${what.id}`) : ended
        print({ ended }, options, `${ended.sessions} sessions and ${ended.remembered} remembered logins ended.`)
        return undefined
      })
    })
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
  const { id, kind, username, userCode, startedAt, lastSeenAt, expiresAt, ip, device } = record
  const iso = (at: number) => new Date(at).toISOString()
  return { id, kind, username, userCode, startedAt: iso(startedAt), lastSeenAt: iso(lastSeenAt), expiresAt: iso(expiresAt), ip, device }
}
