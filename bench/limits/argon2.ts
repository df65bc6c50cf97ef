// The limit of a sign-in: only the password hash, with our parameters, behind node:http.

import { createServer } from 'node:http'
import { hash, verify } from '@node-rs/argon2'
import { listenOnFreePort } from '../listen.ts'
import type { SubjectModule } from '../subject.ts'

const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const PASSWORD = 'a long password for the benchmark'

export const subject: SubjectModule = {
  name: 'bare Argon2id',
  packages: [],
  async prepare() {
    const stored = await hash(PASSWORD, PARAMETERS)
    const server = createServer((request, response) => {
      request.resume().once('end', () => {
        void verify(stored, PASSWORD).then((isRight) => response.writeHead(isRight ? 200 : 401).end())
      })
    })
    const { url, close } = await listenOnFreePort(server)
    const headers = { 'content-type': 'application/json' }
    return { signIn: { method: 'POST', url: `${url}/sign-in`, headers, body: JSON.stringify({ password: PASSWORD }), status: 200 }, close }
  },
}
