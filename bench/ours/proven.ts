// Latchkey asked for a route where a token needs a proof of its key: a new one each time, since each counts once.

import { bindToken } from '../../src/engine/key-proofs.ts'
import { makeClientKey, makeProof } from '../../test/support/key-proofs.ts'
import type { SubjectModule } from '../subject.ts'
import { embed } from './embedded.ts'

const PROOFS = 80_000

export const subject: SubjectModule = {
  name: 'Latchkey, with a proof',
  packages: [],
  async prepare() {
    const embedded = await embed()
    const { engine, guard, signedIn } = embedded
    const key = makeClientKey()
    const { token } = bindToken(engine, signedIn, key.thumbprint).token
    const wish = { method: 'POST', url: `${embedded.publicUrl}/orders`, token }
    const proofs = Array.from({ length: PROOFS }, () => Buffer.from(makeProof(key, { ...wish, now: Date.now() })))
    const authorization = Buffer.from(token)
    let next = 0
    const checkProof = async () => {
      const proof = proofs[next++]
      if (proof === undefined) throw new Error('Every proof has been used')
      const header = (name: string) =>
        name === 'authorization' ? authorization.toString('latin1') : name === 'dpop' ? proof.toString('latin1') : null
      return (await guard({ method: 'POST', target: '/orders', header }, BY_KEY)).ok
    }
    return { checkProof, close: () => embedded.close() }
  },
}

const BY_KEY = { proof: 'key' } as const
