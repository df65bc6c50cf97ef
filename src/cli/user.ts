// latchkey user: add, list, set-roles, enable, disable, delete, set-password, import.

import type { Command } from 'commander'
import { AuthError } from '../domain/errors.ts'
import { isRole, type UserRecord } from '../domain/user.ts'
import type { Engine } from '../engine/engine.ts'
import { addUser, deleteUser, setDisabled, setPassword, setRoles, type UserResult } from '../engine/users.ts'
import { serializeUser } from '../http/serialize.ts'
import { SettingError } from '../settings.ts'
import { notFound } from './command-error.ts'
import { addImportCommand } from './import/command.ts'
import { print, table } from './output.ts'
import { readPassword } from './password-input.ts'
import { type CommandOptions, withEngine } from './with-engine.ts'

const PAGE = 500

export function addUserCommands(program: Command): void {
  const user = program.command('user').description('Manage users')

  user
    .command('add <name>')
    .description('Add a user. The password is prompted for, or read from the first line of standard input')
    .option('--role <role...>', 'A role, such as admin', [])
    .option('--email <address>', 'An e-mail address')
    .option('--reuse-name', 'Allow the name of a deleted user. Applications that identify users by name may confuse the two')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions & { role: string[]; email?: string; reuseName?: true }>()
      await withEngine(options, 'create', async (engine) => {
        checkRoles(options.role)
        const password = await readPassword(`Password for ${name}`)
        const added = await addUser(engine, 'operator', {
          username: name,
          password,
          email: options.email ?? null,
          roles: options.role,
          reuseName: options.reuseName === true,
        })
        if (added instanceof AuthError) return added
        print(serializeUser(added), options, `Added ${added.username} (${added.id})${rolesText(added)}.`)
        return undefined
      })
    })

  user
    .command('list')
    .description('List all users')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CommandOptions>()
      await withEngine(options, 'read', async (engine) => {
        const rows = (await allUsers(engine)).map(serializeUser)
        const cells = rows.map((row) => ({ ...row, roles: row.roles.join(','), disabled: row.disabled ? 'yes' : '' }))
        print(rows, options, table(cells, ['username', 'id', 'roles', 'disabled', 'createdAt'], 'No users: latchkey user add NAME.'))
        return undefined
      })
    })

  user
    .command('set-roles <name> [roles...]')
    .description('Replace the roles of a user; without ROLES, remove all. Access tokens issued before must be renewed')
    .action(async (name: string, roles: string[], _options: unknown, command: Command) => {
      await runUserChange(
        command,
        name,
        async (engine) => {
          checkRoles(roles)
          return setRoles(engine, 'operator', name, roles)
        },
        (changed) => `${changed.user.username} now has ${roles.length === 0 ? 'no roles' : `the roles ${roles.join(', ')}`}.`,
      )
    })

  user
    .command('enable <name>')
    .description('Allow a disabled user to sign in again')
    .action(async (name: string, _options: unknown, command: Command) => {
      await runUserChange(
        command,
        name,
        (engine) => setDisabled(engine, 'operator', name, false),
        ({ user: { username } }) => `${username} is enabled.`,
      )
    })

  user
    .command('disable <name>')
    .description('Disable a user and revoke everything they have signed in with')
    .action(async (name: string, _options: unknown, command: Command) => {
      await runUserChange(
        command,
        name,
        (engine) => setDisabled(engine, 'operator', name, true),
        (changed) => `${changed.user.username} is disabled; ${revokedText(changed)}.`,
      )
    })

  user
    .command('delete <name>')
    .description('Delete a user and their data')
    .action(async (name: string, _options: unknown, command: Command) => {
      await runUserChange(
        command,
        name,
        (engine) => deleteUser(engine, 'operator', name),
        (changed) => `${changed.user.username} is deleted; ${revokedText(changed)}.`,
      )
    })

  user
    .command('set-password <name>')
    .description('Set a new password and revoke everything the user has signed in with. The password is read as in `user add`')
    .action(async (name: string, _options: unknown, command: Command) => {
      await runUserChange(
        command,
        name,
        async (engine) => setPassword(engine, 'operator', name, await readPassword(`New password for ${name}`)),
        (changed) => `${changed.user.username} has a new password; ${revokedText(changed)}.`,
      )
    })

  addImportCommand(user)
}

async function runUserChange(
  command: Command,
  name: string,
  run: (engine: Engine) => Promise<UserResult | AuthError>,
  sentence: (changed: UserResult) => string,
): Promise<void> {
  const options = command.optsWithGlobals<CommandOptions>()
  await withEngine(options, 'change', async (engine) => {
    const changed = await run(engine)
    if (changed instanceof AuthError) return changed.code === 'resource.not_found' ? notFound(`user ${name}`) : changed
    print({ ...serializeUser(changed.user), ended: changed.ended }, options, sentence(changed))
    return undefined
  })
}

async function allUsers(engine: Engine): Promise<readonly UserRecord[]> {
  const users: UserRecord[] = []
  for (;;) {
    const page = await engine.store.users.page(users.at(-1)?.id ?? null, PAGE)
    users.push(...page)
    if (page.length < PAGE) return users
  }
}

function checkRoles(roles: readonly string[]): void {
  const invalid = roles.find((role) => !isRole(role))
  if (invalid !== undefined)
    throw new SettingError(`The role "${invalid}" is not accepted: use a lower-case letter, then lower-case letters, digits, _ or -.`)
}

function rolesText({ roles }: UserRecord): string {
  return roles.length === 0 ? '' : ` with the roles ${roles.join(', ')}`
}

function revokedText({ ended: { sessions, rememberMe } }: UserResult): string {
  return `${sessions} sessions and ${rememberMe} remember-me logins were revoked`
}
