// Somebody's record, newest first, and further back when asked.

import { useCallback } from 'react'
import type { OperationsPage } from '../../src/client/index.ts'
import { joinOperations, withOlder } from '../shared/operations-pages.ts'
import { type Paged, usePaged } from '../shared/use-paged.ts'
import { users } from './users.ts'

export function useUserOperations(code: string): Paged<OperationsPage> {
  const read = useCallback(
    async (_passive: boolean, current: () => OperationsPage | undefined) => {
      const recent = await users.operations(code)
      return withOlder(recent, current())
    },
    [code],
  )
  const readOn = useCallback((cursor: string) => users.operations(code, cursor), [code])
  return usePaged({ read, readOn, join: joinOperations })
}
