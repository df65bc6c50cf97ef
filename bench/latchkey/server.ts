// Latchkey as a standalone server, for forward authentication and sign-ins.

import type { SubjectModule } from '../subject.ts'
import { startInProcessServer } from './in-process-server.ts'
import { PASSWORD, register } from './registered-user.ts'

export const subject: SubjectModule = {
  name: 'Latchkey server',
  packages: [],
  async prepare() {
    const served = await startInProcessServer({})
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
