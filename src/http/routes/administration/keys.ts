// Keys: those that sign, and those of other services.

import { AuthError } from '../../../domain/errors.ts'
import { addServiceKey, removeServiceKey, rotateSigningKey } from '../../../engine/keys.ts'
import { JSON_TYPE } from '../../body.ts'
import { keysAnswer, newServiceKeyAnswer, removedKeyAnswer, rotatedAnswer, serviceKeyBody } from '../../contract.ts'
import { presentKeys } from '../../present.ts'
import { provenRoute } from '../../route.ts'
import { actorOf, administrators } from './administrators.ts'

const KEYS = '/access/admin/keys'

export const keyRoutes = [
  provenRoute({
    ...administrators,
    method: 'GET',
    path: KEYS,
    summary: 'The signing keys, and the keys of services without their values.',
    answers: { 200: keysAnswer },
    async run({ parts }) {
      return { json: presentKeys(await parts.keys.read()) }
    },
  }),
  provenRoute({
    ...administrators,
    method: 'POST',
    path: KEYS,
    summary: 'Makes a key for another service.',
    body: { type: JSON_TYPE, schema: serviceKeyBody },
    answers: { 201: newServiceKeyAnswer },
    async run(call) {
      const added = await addServiceKey(call.parts, actorOf(call), call.body.service)
      if (added instanceof AuthError) return added
      return { status: 201, json: { id: added.record.id, service: added.record.name, key: added.value } }
    },
  }),
  provenRoute({
    ...administrators,
    method: 'DELETE',
    path: `${KEYS}/:keyId`,
    summary: 'Removes the key of a service: it opens nothing any more, and what it has opened ends.',
    answers: { 200: removedKeyAnswer },
    refusals: ['resource.not_found'],
    async run(call) {
      const removed = await removeServiceKey(call.parts, actorOf(call), call.parameter)
      return removed instanceof AuthError ? removed : { json: { removed: removed.id, service: removed.name } }
    },
  }),
  provenRoute({
    ...administrators,
    method: 'POST',
    path: `${KEYS}/rotate`,
    summary: 'Retires the signing key; the next one signs. Tokens signed before stay good until they expire.',
    answers: { 200: rotatedAnswer },
    async run(call) {
      const rotated = await rotateSigningKey(call.parts, actorOf(call))
      return rotated instanceof AuthError ? rotated : { json: { signing: rotated.signing.kid, next: rotated.next.kid } }
    },
  }),
]
