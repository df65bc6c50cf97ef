// Parses a column that holds JSON text.

import { StoreError } from '../../domain/errors.ts'

/** Parses JSON that this store wrote. @throws StoreError when it is damaged */
export function parseColumn<T>(text: string): T {
  try {
    return JSON.parse(text) as T
  } catch {
    // The parser's own error would quote the value.
    throw new StoreError('A row of the database is damaged: restore a backup.')
  }
}
