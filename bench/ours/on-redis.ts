// Latchkey over Redis, with PostgreSQL beside it.

import { createSharedStoreSubject } from './shared-store.ts'

export const subject = createSharedStoreSubject('Redis')
