// jsonwebtoken with HS256, behind Express.

import { createSecretKey, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import express from 'express'
import jwt from 'jsonwebtoken'
import { listenOnFreePort } from '../listen.ts'
import { peerClaims } from '../peer-claims.ts'
import type { SubjectModule } from '../subject.ts'
import { uniqueHeader } from '../unique-header.ts'

export const subject: SubjectModule = {
  name: 'jsonwebtoken (HS256, Express)',
  packages: ['express', 'jsonwebtoken'],
  async prepare() {
    const key = createSecretKey(randomBytes(32))
    const token = jwt.sign(peerClaims(), key, { algorithm: 'HS256' })
    const verify = (text: string) =>
      jwt.verify(text, key, { algorithms: ['HS256'], issuer: 'http://localhost:3000', audience: 'http://localhost:3000' })
    const app = express()
    app.get('/me', (request, response) => {
      try {
        response.json({ user: verify((request.headers.authorization ?? '').slice(7)).sub })
      } catch {
        response.status(401).json({})
      }
    })
    const { url, close } = await listenOnFreePort(createServer(app))
    const header = uniqueHeader(`Bearer ${token}`)
    return {
      guarded: { method: 'GET', url: `${url}/me`, headers: { authorization: `Bearer ${token}` }, status: 200 },
      checkToken: () => verify(header().slice(7)),
      close,
    }
  },
}
