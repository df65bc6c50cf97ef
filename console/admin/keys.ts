// The admin API of signing keys and service keys.

import { callAdminApi } from './admin-api.ts'

export interface KeyRecord {
  readonly id: string
  /** `signs`, `next`, `retired` or `service <name>`. */
  readonly use: string
  /** ISO 8601. */
  readonly createdAt: string
}

export interface Keys {
  readonly signing: readonly KeyRecord[]
  readonly services: readonly KeyRecord[]
}

export interface NewServiceKey {
  readonly id: string
  readonly service: string
  /** Returned only once. */
  readonly key: string
}

export const keys = {
  list: () => callAdminApi<Keys>('GET', '/keys'),
  rotate: () => callAdminApi<{ signing: string }>('POST', '/keys/rotate'),
  add: (service: string) => callAdminApi<NewServiceKey>('POST', '/keys', { service }),
  remove: (id: string) => callAdminApi('DELETE', `/keys/${encodeURIComponent(id)}`),
}

export function serviceOf({ use }: KeyRecord): string {
  return use.replace(/^service /, '')
}
