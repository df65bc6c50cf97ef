// Whether a Redis can serve, looked at before anything is read from it: its version, and that it throws no key away. One that
// makes room by itself would sign people out, give guesses back, and forget what has ended.

import { StoreError } from '../../domain/errors.ts'
import type { Connection } from './connection.ts'
import type { Keys } from './keys.ts'
import { assertPermitted } from './permissions.ts'

/** Older ones cannot tell when a key expires. */
const MIN_VERSION = 7

/** @throws StoreError that names the cure */
export async function assertRequirements(connection: Connection, keys: Keys): Promise<void> {
  const problem =
    checkVersion(String(await connection.send(keys.probe(), 'INFO', 'server'))) ??
    checkEvictionPolicy(String(await connection.send(keys.probe(), 'INFO', 'memory')))
  if (problem !== undefined) throw new StoreError(`${connection.subject} ${problem}.`)
  await assertPermitted(connection, keys)
}

/** @param info what INFO says of the server */
export function checkVersion(info: string): string | undefined {
  const [, version, major] = /^redis_version:((\d+)[\d.]*)\r?$/m.exec(info) ?? []
  return major !== undefined && Number(major) < MIN_VERSION ? `is of version ${version}: needed is ${MIN_VERSION} or newer` : undefined
}

/** @param info what INFO says of the memory */
export function checkEvictionPolicy(info: string): string | undefined {
  const policy = /^maxmemory_policy:(.*?)\r?$/m.exec(info)?.[1] ?? 'noeviction'
  const isBounded = !/^maxmemory:0\r?$/m.test(info)
  return isBounded && policy !== 'noeviction'
    ? `throws keys away when it is full (maxmemory-policy ${policy}): set it to noeviction`
    : undefined
}
