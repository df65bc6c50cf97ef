// Proofs of the client's key, where it has one. Without one everything goes on: its tokens are then bound to none.

import { CLIENT_KEY_DATABASE, CLIENT_KEY_STORE, DPOP_PROOF_TYPE } from '../domain/persisted-names.ts'
import type { ClientKey } from './key.ts'

const NAMES = { database: CLIENT_KEY_DATABASE, store: CLIENT_KEY_STORE, proofType: DPOP_PROOF_TYPE }

export interface Prover {
  /** The value of a DPoP header; undefined where there is no key. @param token undefined where one is asked for */
  prove(method: string, url: string, token?: string): Promise<string | undefined>
  /** The browser may have another key by now, or have lost this one. */
  reload(): void
}

/**
 * @param name of the key
 * @param now milliseconds since 1970, by the server's clock
 */
export function createProver(name: string, isOn: boolean, now: () => number): Prover {
  let key: Promise<ClientKey | undefined> | undefined
  return {
    async prove(method, url, token) {
      if (!isOn) return undefined
      key ??= import('./key.ts').then(({ openKey }) => openKey(name, NAMES)).catch(() => undefined)
      return (await key)?.proof({ method, url, token, at: now() })
    },
    reload() {
      key = undefined
    },
  }
}
