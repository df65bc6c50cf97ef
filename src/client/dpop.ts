// Signs DPoP proofs where the client has a key. Without a key, tokens are not bound and everything else works.

import { CLIENT_KEY_DATABASE, CLIENT_KEY_STORE, DPOP_PROOF_TYPE } from '../domain/persisted-names.ts'
import type { DpopKey } from './dpop-key.ts'

const NAMES = { database: CLIENT_KEY_DATABASE, store: CLIENT_KEY_STORE, proofType: DPOP_PROOF_TYPE }

export interface DpopSigner {
  /** The value of a DPoP header; undefined without a key. @param token undefined for a request that asks for a token */
  createProof(method: string, url: string, token?: string): Promise<string | undefined>
  /** Loads the key again: the browser may have another one by now, or have lost this one. */
  reload(): void
}

/**
 * @param name of the key
 * @param now milliseconds since 1970, by the server's clock
 */
export function createDpopSigner(name: string, isOn: boolean, now: () => number): DpopSigner {
  let key: Promise<DpopKey | undefined> | undefined
  return {
    async createProof(method, url, token) {
      if (!isOn) return undefined
      key ??= import('./dpop-key.ts').then(({ openDpopKey }) => openDpopKey(name, NAMES)).catch(() => undefined)
      return (await key)?.proof({ method, url, token, at: now() })
    },
    reload() {
      key = undefined
    },
  }
}
