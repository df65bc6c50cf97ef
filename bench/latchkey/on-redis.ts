// Latchkey on Redis and PostgreSQL.

import { createSharedStoreSubject } from './shared-store.ts'

export const subject = createSharedStoreSubject('Redis')
