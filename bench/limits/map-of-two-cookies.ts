// The limit of a check by two cookies: a new header, parsed, one Map lookup, and one comparison.

import { randomBytes } from 'node:crypto'
import { parseCookie } from 'cookie'
import type { SubjectModule } from '../subject.ts'
import { uniqueHeader } from '../unique-header.ts'

const OTHERS = 100_000

export const subject: SubjectModule = {
  name: 'limit: parse two cookies, Map, compare',
  packages: [],
  async prepare() {
    const pair = (): [string, string] => [randomBytes(48).toString('base64url'), randomBytes(42).toString('base64url')]
    const known = new Map(Array.from({ length: OTHERS }, pair))
    const [[value, proof] = ['', '']] = known
    const header = uniqueHeader(`__Host-latchkey_session=${value}; __Host-latchkey_device=${proof}`)
    const checkSession = () => {
      const cookies = parseCookie(header())
      return known.get(cookies['__Host-latchkey_session'] ?? '') === cookies['__Host-latchkey_device']
    }
    return { checkSession, close: async () => {} }
  },
}
