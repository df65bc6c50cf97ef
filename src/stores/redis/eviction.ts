// A Redis that makes room by throwing keys away would sign people out, give guesses back, and forget what has ended.

import { StoreError } from '../../domain/errors.ts'
import type { Connection } from './connection.ts'
import type { Keys } from './keys.ts'

/** @throws StoreError where Redis throws keys away when it is full */
export async function refuseEviction(connection: Connection, keys: Keys): Promise<void> {
  const info = String(await connection.send(keys.probe(), 'INFO', 'memory'))
  const policy = /^maxmemory_policy:(.*?)\r?$/m.exec(info)?.[1] ?? 'noeviction'
  const isBounded = !/^maxmemory:0\r?$/m.test(info)
  if (isBounded && policy !== 'noeviction') {
    throw new StoreError(`${connection.subject} throws keys away when it is full (maxmemory-policy ${policy}): set it to noeviction.`)
  }
}
