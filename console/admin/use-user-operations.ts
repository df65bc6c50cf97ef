// Somebody's record, newest first, and further back when asked.

import { useCallback, useRef } from 'react'
import type { OperationsPage } from '../../src/client/index.ts'
import { type Reading, useLoaded } from '../shared/use-loaded.ts'
import { users } from './users.ts'

export interface UserOperationsReading extends Reading<OperationsPage> {
  readonly more: () => Promise<void>
}

export function useUserOperations(code: string): UserOperationsReading {
  const kept = useRef<OperationsPage>(undefined)
  const read = useCallback(async () => {
    kept.current = await users.operations(code)
    return kept.current
  }, [code])
  const reading = useLoaded(read)
  const { set } = reading

  const more = useCallback(async () => {
    const before = kept.current
    if (before === undefined || before.next === null) return
    const older = await users.operations(code, before.next)
    // What was read anew meanwhile begins at the newest again.
    if (kept.current !== before) return
    kept.current = { operations: [...before.operations, ...older.operations], next: older.next }
    set(kept.current)
  }, [code, set])
  return { ...reading, more }
}
