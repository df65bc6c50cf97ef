// Latchkey over Redis, with PostgreSQL beside it.

import { latchkeyOn } from './on-place.ts'

export const subject = latchkeyOn('Redis')
