// The limit of a check by token: a new header, sliced after `Bearer `, and one Map lookup.

import { randomBytes } from 'node:crypto'
import type { SubjectModule } from '../subject.ts'
import { uniqueHeader } from '../unique-header.ts'

const OTHERS = 100_000
/** As long as an access token of Latchkey. */
const BYTES = 330

export const subject: SubjectModule = {
  name: 'limit: slice and Map',
  packages: [],
  async prepare() {
    const known = new Map(Array.from({ length: OTHERS }, () => [randomBytes(BYTES).toString('base64url'), { userId: 'usr_one' }]))
    const [[value] = ['']] = known
    const header = uniqueHeader(`Bearer ${value}`)
    return { checkToken: () => known.get(header().slice(7)), close: async () => {} }
  },
}
