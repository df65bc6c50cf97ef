// Admin routes for signing keys and service keys.

import { AuthError } from '../../../domain/errors.ts'
import { addServiceKey, removeServiceKey, rotateSigningKey } from '../../../engine/key-management.ts'
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
    summary: 'The signing keys, and the service keys without their values.',
    responses: { 200: keysResponse },
    async run({ engine }) {
      return { json: serializeKeys(await engine.keys.read()) }
    },
  }),
  authenticatedRoute({
    ...adminAccess,
    method: 'POST',
    path: KEYS,
    summary: 'Creates a key for another service.',
    body: { type: JSON_TYPE, schema: serviceKeyBody },
    responses: { 201: newServiceKeyResponse },
    async run(context) {
      const added = await addServiceKey(context.engine, actorOf(context), context.body.service)
      if (added instanceof AuthError) return added
      return { status: 201, json: { id: added.record.id, service: added.record.name, key: added.value } }
    },
  }),
  authenticatedRoute({
    ...adminAccess,
    method: 'DELETE',
    path: `${KEYS}/:keyId`,
    summary: 'Removes a service key. Streams that it opened are closed.',
    responses: { 200: removedKeyResponse },
    errorCodes: ['resource.not_found'],
    async run(context) {
      const removed = await removeServiceKey(context.engine, actorOf(context), context.parameter)
      return removed instanceof AuthError ? removed : { json: { removed: removed.id, service: removed.name } }
    },
  }),
  authenticatedRoute({
    ...adminAccess,
    method: 'POST',
    path: `${KEYS}/rotate`,
    summary: 'Retires the signing key; the next key signs. Earlier tokens stay valid until they expire.',
    responses: { 200: rotatedResponse },
    async run(context) {
      const rotated = await rotateSigningKey(context.engine, actorOf(context))
      return rotated instanceof AuthError ? rotated : { json: { signing: rotated.signing.kid, next: rotated.next.kid } }
    },
  }),
]
