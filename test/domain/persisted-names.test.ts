// Persisted names, compared literally: a change needs a migration, or signs every user out.

import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import * as names from '../../src/domain/persisted-names.ts'

test('persisted names are what the first version wrote', () => {
  deepEqual(
    { ...names },
    {
      KEY_INFO_PREFIX: 'latchkey/',
      CREDENTIAL_KEY_PURPOSE: 'credential',
      SEAL_KEY_PREFIX: 'seal/',
      DIGEST_KEY_PREFIX: 'digest/',
      CREDENTIAL_MAC_LABELS: { session: 'session', remember_me: 'remembered' },
      SIGNING_KEY_SEAL: 'signing-key',
      CLIENT_DATA_SEAL: 'client-data',
      PAIR_SEAL: 'pair',
      KNOWN_DEVICE_SEAL: 'known-device',
      DEVICE_PROOF_SEAL: 'device-proof',
      DEVICE_BINDING_SEAL: 'device-binding',
      DEVICE_RENEWAL_SEAL: 'device-renewal',
      AUDIT_CURSOR_SEAL: 'operations-cursor',
      USERS_CURSOR_SEAL: 'users-cursor',
      LIMIT_DIGEST: 'limit',
      NETWORK_DIGEST: 'network',
      PRESENTER_DIGEST: 'presenter',
      RESERVED_NAME_DIGEST: 'reserved-name',
      SERVICE_KEY_DIGEST: 'service-key',
      ACCESS_TOKEN_TYPE: 'at+jwt',
      DPOP_PROOF_TYPE: 'dpop+jwt',
      DEVICE_PROOF_TYPE: 'dbsc+jwt',
      TOKEN_CLIENT_ID: 'latchkey',
      USER_ID_PREFIX: 'usr_',
      DEFAULT_COOKIE_STEM: 'latchkey',
      COOKIE_SUFFIXES: { session: 'session', remember: 'remember', device: 'device', data: 'data', known: 'known', pair: 'pair' },
      COUNTER_KINDS: {
        user: 'user',
        device: 'device',
        network: 'network',
        address: 'address',
        register: 'register',
        proof: 'proof',
        applicationEvent: 'record',
        riskEvent: 'signal',
        recordedLimit: 'noted',
      },
      REDIS_KEY_PREFIX: 'lk',
      REDIS_KEYS: {
        credential: ':',
        user: 'u:',
        lineage: 'l:',
        revocationStream: '-endings',
        limit: '-limit:',
        probe: '-probe',
        checkpoint: '-carried:',
      },
      REDIS_TIME_INDEXES: { limits: 'limits', lastSeen: 'uses', expiries: 'expiries', tombstones: 'graves' },
      REDIS_STREAM_FIELD: 'e',
      REDIS_ENTRY_KINDS: { revoked: 'ended', changed: 'changed', keys: 'keys', ack_requested: 'called', ack: 'heard' },
      POSTGRES_MIGRATION_LOCK: 5281703316,
      POSTGRES_REVOCATION_CHANNEL: 'latchkey_endings',
      CLIENT_NAME_PREFIX: 'latchkey:',
      CLIENT_KEY_DATABASE: 'latchkey',
      CLIENT_KEY_STORE: 'keys',
      AUTO_CONTINUE_STORAGE_KEY: 'latchkey-went-on',
    },
  )
})
