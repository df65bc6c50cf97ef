// The Latchkey client of the page.

import { createClient } from '../../src/client/index.ts'

export const latchkey = createClient()
