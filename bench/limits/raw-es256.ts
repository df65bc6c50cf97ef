// The limit of a check that verifies a DPoP proof: only ES256 of node:crypto.

import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import type { SubjectModule } from '../subject.ts'

export const subject: SubjectModule = {
  name: 'limit: raw node:crypto, ES256',
  packages: [],
  async prepare() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const dsaEncoding = 'ieee-p1363'
    const signed = Array.from({ length: 64 }, () => {
      const text = Buffer.from(randomBytes(320).toString('base64url'))
      return { text, signature: sign('sha256', text, { key: privateKey, dsaEncoding }) }
    })
    let next = 0
    const checkDpop = () => {
      const { text, signature } = signed[next++ % signed.length] ?? { text: Buffer.alloc(0), signature: Buffer.alloc(0) }
      return verify('sha256', text, { key: publicKey, dsaEncoding }, signature)
    }
    return { checkDpop, close: async () => {} }
  },
}
