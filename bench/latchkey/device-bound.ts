// Latchkey with a device-bound session: two cookies, checked with one cache lookup.

import { bindDevice } from '../../src/engine/dbsc.ts'
import { makeDeviceKey, makeDeviceProof } from '../../test/support/device-keys.ts'
import type { SubjectModule } from '../subject.ts'
import { createCheck } from './create-check.ts'
import { startEmbedded } from './embedded.ts'

export const subject: SubjectModule = {
  name: 'Latchkey, bound',
  packages: [],
  async prepare() {
    const embedded = await startEmbedded({ publicUrl: 'https://app.example' })
    const { engine, guard, session, deviceChallenge: challenge = '' } = embedded
    const bound = await bindDevice(
      engine,
      session,
      makeDeviceProof(makeDeviceKey(), { challenge, withKey: true }),
      'https://app.example/access/device/register',
      { ip: '', userAgent: '' },
    )
    if (!('proof' in bound)) throw new Error('The sign-in could not be bound')
    const check = createCheck(guard, 'cookie', `__Host-latchkey_session=${session}; __Host-latchkey_device=${bound.proof}`)
    return { checkSession: check, close: () => embedded.close() }
  },
}
