// Checks the ACL of the Redis user (https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/) for each command
// and each kind of key, so that a missing permission is reported at the start and not by a request.

import { StoreError } from '../../domain/errors.ts'
import { type Connection, script } from './connection.ts'
import { MISSING_KEY_PERMISSION, missingCommandPermission } from './errors.ts'
import type { Keys } from './keys.ts'

/** Every command that is sent or used in a script, with sample arguments; `*` is the key. */
export const COMMANDS = [
  ...['eval x 1 *', 'evalsha x 1 *', 'exists *', 'info', 'ping', 'time', 'get *', 'set * x', 'del *', 'pexpireat * 1', 'pexpiretime *'],
  ...['lrange * 0 1', 'lrem * 1 x', 'rpush * x', 'zadd * 1 x', 'zrange * 0 1', 'zrem * x'],
  ...['xadd * * x x', 'xdel * 1', 'xinfo stream *', 'xrange * - +', 'xread streams * $'],
] as const

/** Returns the first command or key that is not permitted; nil when all are. */
const FIND_MISSING_PERMISSION = script(`
  for at = 1, #ARGV do
    local words = {}
    for word in ARGV[at]:gmatch('%S+') do words[#words + 1] = word == '*' and #words > 0 and words[1] ~= 'key' and KEYS[1] or word end
    if words[1] == 'key' then
      if not redis.acl_check_cmd('GET', words[2]) then return ARGV[at] end
    elseif not redis.acl_check_cmd(unpack(words)) then return ARGV[at] end
  end`)

/** @throws StoreError that names the missing permission, and how to grant it */
export async function assertPermitted(connection: Connection, keys: Keys): Promise<void> {
  const samples = [
    keys.credential('x'),
    keys.user('x'),
    keys.lineage('x'),
    keys.revocationLog(),
    keys.limit('x'),
    keys.timeIndexMinutes('x'),
    keys.timeIndexBucket('x', '1'),
  ]
  const keyChecks = [...samples, keys.checkpoint(0)].map((key) => `key ${key}`)
  const missing = await connection.run(FIND_MISSING_PERMISSION, keys.probe(), ...COMMANDS, ...keyChecks)
  if (typeof missing !== 'string') return
  throw new StoreError(
    `${connection.subject} ${missing.startsWith('key ') ? MISSING_KEY_PERMISSION : missingCommandPermission(aclCommandName(missing))}.`,
  )
}

/** The name of a command in ACL rules. */
export function aclCommandName(command: string): string {
  const [name = '', second = ''] = command.split(' ')
  return name === 'xinfo' ? `${name}|${second}` : name
}
