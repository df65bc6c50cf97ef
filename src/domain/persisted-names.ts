// Persisted names: every string that enters a key derivation, a MAC, a seal, a store or a browser, and so outlives the version that wrote
// it.
//
// None of them follows a rename in code. A changed value causes no error: older data silently becomes unreadable. This file imports nothing
// and consists of separate constants, so that a browser bundle contains only those it uses.

// --- Keys derived from LATCHKEY_SECRET (RFC 5869, `info`)

/** Prefix of each purpose. If changed, nothing made with the secret opens: every user has to sign in again, and no signing key loads. */
export const KEY_INFO_PREFIX = 'latchkey/'

/** The key of session and remember-me credentials. If changed, every user is signed out. */
export const CREDENTIAL_KEY_PURPOSE = 'credential'

/** Prefix of the purpose of a seal. If changed, nothing sealed opens. */
export const SEAL_KEY_PREFIX = 'seal/'

/** Prefix of the purpose of a digest. If changed, service keys, reserved usernames and counters are not found. */
export const DIGEST_KEY_PREFIX = 'digest/'

// --- MACs of credentials

/** The kind of a credential in its MAC and its keyed hash. If changed, every credential of that kind counts as not issued by Latchkey. */
export const CREDENTIAL_MAC_LABELS = { session: 'session', remember_me: 'remembered' } as const

// --- Purposes of seals

/** If changed, no process can sign: the start fails with the message about a wrong LATCHKEY_SECRET. */
export const SIGNING_KEY_SEAL = 'signing-key'

/** If changed, existing client data in browsers reads as empty. */
export const CLIENT_DATA_SEAL = 'client-data'

/** If changed, existing sign-ins under a cookie domain can only read. */
export const PAIR_SEAL = 'pair'

/** If changed, known devices lose their own attempt counter, so that an attacker can lock their user out. */
export const KNOWN_DEVICE_SEAL = 'known-device'

/** If changed, a bound sign-in is refused until its browser has renewed the proof. */
export const DEVICE_PROOF_SEAL = 'device-proof'

/** If changed, a registration in progress fails, and the sign-in stays unbound. */
export const DEVICE_BINDING_SEAL = 'device-binding'

/** If changed, a challenge in progress is refused, and the browser requests another one. */
export const DEVICE_RENEWAL_SEAL = 'device-renewal'

/** If changed, the next page of a list that is open in a browser is refused. */
export const AUDIT_CURSOR_SEAL = 'operations-cursor'

/** As `AUDIT_CURSOR_SEAL`, for the list of users. */
export const USERS_CURSOR_SEAL = 'users-cursor'

// --- Purposes of digests

/** Usernames in the keys of counters and in known-device cookies. If changed, the attempts counted so far are forgotten. */
export const LIMIT_DIGEST = 'limit'

/** Networks of recent sign-ins, in the user's record. If changed, the user counts as unknown there. */
export const NETWORK_DIGEST = 'network'

/** The client that caused a risk event, in the key of a counter. If changed, the event is recorded once more. */
export const PRESENTER_DIGEST = 'presenter'

/** If changed, the username of a deleted user becomes free, and other systems take its next owner for the deleted user. */
export const RESERVED_NAME_DIGEST = 'reserved-name'

/** If changed, all service keys are refused. */
export const SERVICE_KEY_DIGEST = 'service-key'

// --- Tokens

/** `typ` of an access token (RFC 9068, 2.1). If changed, existing tokens are refused, and verifiers of another version refuse new ones. */
export const ACCESS_TOKEN_TYPE = 'at+jwt'

/** `typ` of a DPoP proof (RFC 9449, 4.2). */
export const DPOP_PROOF_TYPE = 'dpop+jwt'

/** `typ` of a device proof (Device Bound Session Credentials). */
export const DEVICE_PROOF_TYPE = 'dbsc+jwt'

/** The claim `client_id` (RFC 9068, 2.2): other services may compare it. */
export const TOKEN_CLIENT_ID = 'latchkey'

/** Prefix of user ids, in the database and as `sub` of tokens. If changed, users are no longer found by id. */
export const USER_ID_PREFIX = 'usr_'

// --- Cookies

/** First part of cookie names when LATCHKEY_COOKIE_NAME is not set. If changed, every browser is signed out. */
export const DEFAULT_COOKIE_STEM = 'latchkey'

/** Last part of cookie names, after the stem and `_`. If changed, existing cookies of that kind are neither read nor deleted. */
export const COOKIE_SUFFIXES = {
  session: 'session',
  remember: 'remember',
  device: 'device',
  data: 'data',
  known: 'known',
  pair: 'pair',
} as const

// --- Counters, in SQL and in Redis

/** First part of counter keys, up to the colon. If changed, existing counts are forgotten: limits start again. */
export const COUNTER_KINDS = {
  /** Attempts for a user's password: by unknown clients, from a known device, from a network of a recent sign-in. */
  user: 'user',
  device: 'device',
  network: 'network',
  /** Attempts and registrations per network; for wider networks the prefix length follows after a hyphen. */
  address: 'address',
  register: 'register',
  /** DPoP proofs that were used. If changed, each can be used once more within its minute. */
  proof: 'proof',
  /** Audit events of applications, risk events of a lineage, recorded rate limits of a user. */
  applicationEvent: 'record',
  riskEvent: 'signal',
  recordedLimit: 'noted',
} as const

// --- Redis

/** Prefix of every Redis key. If changed, the server sees an empty Redis: every user is signed out. */
export const REDIS_KEY_PREFIX = 'lk'

/** The part after the prefix, in the order of `src/stores/redis/keys.ts`. If changed, the stored keys of that part are not found. */
export const REDIS_KEYS = {
  credential: ':',
  user: 'u:',
  lineage: 'l:',
  revocationStream: '-endings',
  limit: '-limit:',
  probe: '-probe',
  checkpoint: '-carried:',
} as const

/**
 * Time indexes: sorted sets of minutes, and with `:<minute>` the lists of keys due then. If changed, existing entries are never deleted.
 */
export const REDIS_TIME_INDEXES = { limits: 'limits', lastSeen: 'uses', expiries: 'expiries', tombstones: 'graves' } as const

/** The field of an entry in the revocation stream. It is read by position, so a changed name only costs space. */
export const REDIS_STREAM_FIELD = 'e'

/** The kind of an entry in that stream. If changed, servers of two versions do not read each other's revocations. */
export const REDIS_ENTRY_KINDS = { revoked: 'ended', changed: 'changed', keys: 'keys', ack_requested: 'called', ack: 'heard' } as const

// --- PostgreSQL

/** Argument of `pg_advisory_xact_lock`. If changed, servers of two versions migrate the same database at the same time. */
export const POSTGRES_MIGRATION_LOCK = 5281703316

/** Channel of `NOTIFY` and `LISTEN`. If changed, servers of two versions receive each other's revocations later. */
export const POSTGRES_REVOCATION_CHANNEL = 'latchkey_endings'

// --- Browsers

/** Prefix of Latchkey's URL in the name of the BroadcastChannel, of the Web Lock, and of the key in IndexedDB. */
export const CLIENT_NAME_PREFIX = 'latchkey:'

/** The IndexedDB database of the client's key. If changed, each browser creates a new key: tokens bound to the old key need renewing. */
export const CLIENT_KEY_DATABASE = 'latchkey'

/** Its object store. If changed without a new version of the database, it is missing, and no key is stored. */
export const CLIENT_KEY_STORE = 'keys'

/** In sessionStorage: when the sign-in page last continued by itself. If changed, a redirect loop is detected one round later. */
export const AUTO_CONTINUE_STORAGE_KEY = 'latchkey-went-on'
