// jose, verifying Ed25519 with a key that was imported once.

import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose'
import { claims, inTurn, MANY } from '../claims.ts'
import { fresh } from '../fresh.ts'
import type { SubjectModule } from '../subject.ts'

export const subject: SubjectModule = {
  name: 'jose (EdDSA)',
  packages: ['jose'],
  async prepare() {
    const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true })
    const key = await importJWK(await exportJWK(publicKey), 'EdDSA')
    const sign = () => new SignJWT(claims()).setProtectedHeader({ alg: 'EdDSA' }).sign(privateKey)
    const expected = { issuer: 'http://localhost:3000', audience: 'http://localhost:3000' }
    const header = fresh(`Bearer ${await sign()}`)
    const next = inTurn(await Promise.all(Array.from({ length: MANY }, sign)))
    return {
      checkToken: () => jwtVerify(header().slice(7), key, expected),
      checkColdToken: () => jwtVerify(next(), key, expected),
      close: async () => {},
    }
  },
}
