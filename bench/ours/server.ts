// Latchkey as a server of its own, started by its own command, for forward authentication and sign-ins.

import type { SubjectModule } from '../subject.ts'
import { PASSWORD, register } from './person.ts'
import { serveHere } from './serve-here.ts'

export const subject: SubjectModule = {
  name: 'Latchkey server',
  packages: [],
  async prepare() {
    const served = await serveHere({})
    const { url, origin, close } = served
    const { cookie } = await register(served, 'Alice')
    const headers = { cookie, 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/private/page' }
    return {
      guarded: { method: 'GET', url: `${url}/access/verify`, headers, status: 204 },
      signIn: {
        method: 'POST',
        url: `${url}/access/login`,
        headers: { 'content-type': 'application/json', origin },
        body: JSON.stringify({ username: 'Alice', password: PASSWORD }),
        status: 200,
      },
      close,
    }
  },
}
