// Checks a Redis server before anything is read from it: its version, and that it evicts no keys. Eviction would sign users out,
// reset rate limits and lose revocations.

import { StoreError } from '../../domain/errors.ts'
import type { Connection } from './connection.ts'
import type { Keys } from './keys.ts'
import { assertPermitted } from './permissions.ts'

/** Older versions lack PEXPIRETIME. */
const MIN_VERSION = 7

/** @throws StoreError that says what to change */
export async function assertRequirements(connection: Connection, keys: Keys): Promise<void> {
  const problem =
    checkVersion(String(await connection.send(keys.probe(), 'INFO', 'server'))) ??
    checkEvictionPolicy(String(await connection.send(keys.probe(), 'INFO', 'memory')))
  if (problem !== undefined) throw new StoreError(`${connection.subject} ${problem}.`)
  await assertPermitted(connection, keys)
}

/** @param info the reply to INFO server */
export function checkVersion(info: string): string | undefined {
  const [, version, major] = /^redis_version:((\d+)[\d.]*)\r?$/m.exec(info) ?? []
  return major !== undefined && Number(major) < MIN_VERSION ? `is version ${version}: Latchkey needs ${MIN_VERSION} or newer` : undefined
}

/** @param info the reply to INFO memory */
export function checkEvictionPolicy(info: string): string | undefined {
  const policy = /^maxmemory_policy:(.*?)\r?$/m.exec(info)?.[1] ?? 'noeviction'
  const isBounded = !/^maxmemory:0\r?$/m.test(info)
  return isBounded && policy !== 'noeviction'
    ? `evicts keys when it is full (maxmemory-policy ${policy}): set maxmemory-policy to noeviction`
    : undefined
}
