// jose, verifying Ed25519 with a key imported once.

import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose'
import { peerClaims, roundRobin, TOKEN_COUNT } from '../peer-claims.ts'
import type { SubjectModule } from '../subject.ts'
import { uniqueHeader } from '../unique-header.ts'

export const subject: SubjectModule = {
  name: 'jose (EdDSA)',
  packages: ['jose'],
  async prepare() {
    const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true })
    const key = await importJWK(await exportJWK(publicKey), 'EdDSA')
    const sign = () => new SignJWT(peerClaims()).setProtectedHeader({ alg: 'EdDSA' }).sign(privateKey)
    const expected = { issuer: 'http://localhost:3000', audience: 'http://localhost:3000' }
    const header = uniqueHeader(`Bearer ${await sign()}`)
    const next = roundRobin(await Promise.all(Array.from({ length: TOKEN_COUNT }, sign)))
    return {
      checkToken: () => jwtVerify(header().slice(7), key, expected),
      checkUncachedToken: () => jwtVerify(next(), key, expected),
      close: async () => {},
    }
  },
}
