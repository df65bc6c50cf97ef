// Latchkey over PostgreSQL.

import { latchkeyOn } from './on-place.ts'

export const subject = latchkeyOn('PostgreSQL')
