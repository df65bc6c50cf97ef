// The limit of a check by cookie: a new header, parsed by the package `cookie`, and one Map lookup.

import { randomBytes } from 'node:crypto'
import { parseCookie } from 'cookie'
import type { SubjectModule } from '../subject.ts'
import { uniqueHeader } from '../unique-header.ts'

const OTHERS = 100_000

export const subject: SubjectModule = {
  name: 'limit: parse and Map',
  packages: [],
  async prepare() {
    const known = new Map(Array.from({ length: OTHERS }, () => [randomBytes(48).toString('base64url'), { userId: 'usr_one' }]))
    const [[value] = ['']] = known
    const header = uniqueHeader(`latchkey_session=${value}`)
    const checkSession = () => known.get(parseCookie(header()).latchkey_session ?? '')
    return { checkSession, close: async () => {} }
  },
}
