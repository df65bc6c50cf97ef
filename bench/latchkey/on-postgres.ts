// Latchkey on PostgreSQL.

import { createSharedStoreSubject } from './shared-store.ts'

export const subject = createSharedStoreSubject('PostgreSQL')
