// fast-jwt, verifying Ed25519, with its cache.

import { generateKeyPairSync } from 'node:crypto'
import { createSigner, createVerifier } from 'fast-jwt'
import { peerClaims, roundRobin, TOKEN_COUNT } from '../peer-claims.ts'
import type { SubjectModule } from '../subject.ts'
import { uniqueHeader } from '../unique-header.ts'

export const subject: SubjectModule = {
  name: 'fast-jwt (EdDSA, cache)',
  packages: ['fast-jwt'],
  async prepare() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const sign = createSigner({ key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), algorithm: 'EdDSA' })
    const verify = createVerifier({
      key: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      algorithms: ['EdDSA'],
      allowedIss: 'http://localhost:3000',
      allowedAud: 'http://localhost:3000',
      cache: true,
    })
    const header = uniqueHeader(`Bearer ${sign(peerClaims())}`)
    const next = roundRobin(Array.from({ length: TOKEN_COUNT }, () => sign(peerClaims())))
    return { checkToken: () => verify(header().slice(7)), checkUncachedToken: () => verify(next()), close: async () => {} }
  },
}
