// fast-jwt, verifying Ed25519, with its cache.

import { generateKeyPairSync } from 'node:crypto'
import { createSigner, createVerifier } from 'fast-jwt'
import { claims, inTurn, MANY } from '../claims.ts'
import { fresh } from '../fresh.ts'
import type { SubjectModule } from '../subject.ts'

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
    const header = fresh(`Bearer ${sign(claims())}`)
    const next = inTurn(Array.from({ length: MANY }, () => sign(claims())))
    return { checkToken: () => verify(header().slice(7)), checkColdToken: () => verify(next()), close: async () => {} }
  },
}
