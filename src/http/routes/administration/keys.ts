// Keys: those that sign, and those of other services.

import { AuthError } from '../../../domain/errors.ts'
import { addServiceKey, removeServiceKey, rotateSigningKey } from '../../../engine/keys.ts'
import { JSON_TYPE } from '../../body.ts'
import { keysResponse, newServiceKeyResponse, removedKeyResponse, rotatedResponse, serviceKeyBody } from '../../contract.ts'
import { authenticatedRoute } from '../../route.ts'
import { serializeKeys } from '../../serialize.ts'
import { actorOf, adminAccess } from './admin-access.ts'

const KEYS = '/access/admin/keys'

export const keyRoutes = [
  authenticatedRoute({
    ...adminAccess,
    method: 'GET',
    path: KEYS,
    summary: 'The signing keys, and the keys of services without their values.',
    responses: { 200: keysResponse },
    async run({ engine }) {
      return { json: serializeKeys(await engine.keys.read()) }
    },
  }),
  authenticatedRoute({
    ...adminAccess,
    method: 'POST',
    path: KEYS,
    summary: 'Makes a key for another service.',
    body: { type: JSON_TYPE, schema: serviceKeyBody },
    responses: { 201: newServiceKeyResponse },
    async run(call) {
      const added = await addServiceKey(call.engine, actorOf(call), call.body.service)
      if (added instanceof AuthError) return added
      return { status: 201, json: { id: added.record.id, service: added.record.name, key: added.value } }
    },
  }),
  authenticatedRoute({
    ...adminAccess,
    method: 'DELETE',
    path: `${KEYS}/:keyId`,
    summary: 'Removes the key of a service: it opens nothing any more, and what it has opened ends.',
    responses: { 200: removedKeyResponse },
    errorCodes: ['resource.not_found'],
    async run(call) {
      const removed = await removeServiceKey(call.engine, actorOf(call), call.parameter)
      return removed instanceof AuthError ? removed : { json: { removed: removed.id, service: removed.name } }
    },
  }),
  authenticatedRoute({
    ...adminAccess,
    method: 'POST',
    path: `${KEYS}/rotate`,
    summary: 'Retires the signing key; the next one signs. Tokens signed before stay good until they expire.',
    responses: { 200: rotatedResponse },
    async run(call) {
      const rotated = await rotateSigningKey(call.engine, actorOf(call))
      return rotated instanceof AuthError ? rotated : { json: { signing: rotated.signing.kid, next: rotated.next.kid } }
    },
  }),
]
