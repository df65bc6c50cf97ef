// The limit of a check that verifies a token: only Ed25519 of node:crypto.

import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import type { SubjectModule } from '../subject.ts'

export const subject: SubjectModule = {
  name: 'limit: raw node:crypto, Ed25519',
  packages: [],
  async prepare() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const signed = Array.from({ length: 64 }, () => {
      const text = Buffer.from(randomBytes(240).toString('base64url'))
      return { text, signature: sign(null, text, privateKey) }
    })
    let next = 0
    const checkUncachedToken = () => {
      const { text, signature } = signed[next++ % signed.length] ?? { text: Buffer.alloc(0), signature: Buffer.alloc(0) }
      return verify(null, text, publicKey, signature)
    }
    return { checkUncachedToken, close: async () => {} }
  },
}
