// Latchkey on a route that requires DPoP, with a new proof for each request, since a proof is valid once.

import { bindToken } from '../../src/engine/dpop.ts'
import { makeDpopKey, makeDpopProof } from '../../test/support/dpop-proofs.ts'
import type { SubjectModule } from '../subject.ts'
import { startEmbedded } from './embedded.ts'

const PROOF_COUNT = 80_000

export const subject: SubjectModule = {
  name: 'Latchkey, with a proof',
  packages: [],
  async prepare() {
    const embedded = await startEmbedded()
    const { engine, guard, signedIn } = embedded
    const key = makeDpopKey()
    const { token } = bindToken(engine, signedIn, key.thumbprint).token
    const target = { method: 'POST', url: `${embedded.publicUrl}/orders`, token }
    const proofs = Array.from({ length: PROOF_COUNT }, () => Buffer.from(makeDpopProof(key, { ...target, now: Date.now() })))
    const authorization = Buffer.from(token)
    let next = 0
    const checkDpop = async () => {
      const proof = proofs[next++]
      if (proof === undefined) throw new Error('Every proof has been used')
      const header = (name: string) =>
        name === 'authorization' ? authorization.toString('latin1') : name === 'dpop' ? proof.toString('latin1') : null
      return (await guard({ method: 'POST', target: '/orders', header }, DPOP_REQUIRED)).ok
    }
    return { checkDpop, close: () => embedded.close() }
  },
}

const DPOP_REQUIRED = { auth: 'dpop' } as const
