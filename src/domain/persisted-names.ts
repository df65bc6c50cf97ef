// Every string that reaches a key derivation, a MAC, a seal, a store or a browser: each outlives the version of Latchkey that wrote it.
//
// None of them follows a rename in code. A changed value does not fail: it silently makes what was written before unreadable. It imports
// nothing and consists of separate constants, so that a bundle for browsers takes along those it uses and no other.

// --- Keys derived from LATCHKEY_SECRET (RFC 5869, `info`)

/** Stands before each purpose. Changed, nothing that was made with the secret opens: everybody signs in anew, and no signing key loads. */
export const KEY_INFO_PREFIX = 'latchkey/'

/** The key of session and remember-me credentials. Changed, everybody is signed out. */
export const CREDENTIAL_KEY_PURPOSE = 'credential'

/** Stands before the purpose of a seal. Changed, nothing sealed opens. */
export const SEAL_KEY_PREFIX = 'seal/'

/** Stands before the purpose of a digest. Changed, service keys, reserved names and counters are not found. */
export const DIGEST_KEY_PREFIX = 'digest/'

// --- MACs of credentials

/**
 * The kind of a credential, as it enters its MAC and its keyed hash. Changed, every credential of that kind is taken for one that
 * Latchkey did not make.
 */
export const CREDENTIAL_MAC_LABELS = { session: 'session', remember_me: 'remembered' } as const

// --- Purposes of seals

/** Changed, no process can sign: starts fail with the words about a wrong LATCHKEY_SECRET. */
export const SIGNING_KEY_SEAL = 'signing-key'

/** Changed, what applications have put into the client data of browsers reads as empty. */
export const CLIENT_DATA_SEAL = 'client-data'

/** Changed, sign-ins under a cookie domain can read and change nothing any more. */
export const PAIR_SEAL = 'pair'

/** Changed, browsers that a user has signed in with share the counter of strangers, who can then keep the user out by guessing. */
export const KNOWN_DEVICE_SEAL = 'known-device'

/** Changed, a bound sign-in is refused until its browser has renewed the proof. */
export const DEVICE_PROOF_SEAL = 'device-proof'

/** Changed, a browser that is just binding a sign-in fails, and the sign-in stays unbound. */
export const DEVICE_BINDING_SEAL = 'device-binding'

/** Changed, an answer to a challenge under way is refused, and the browser asks for another challenge. */
export const DEVICE_RENEWAL_SEAL = 'device-renewal'

/** Changed, the next page of a list that is open in a browser is refused. */
export const OPERATIONS_CURSOR_SEAL = 'operations-cursor'

/** As `OPERATIONS_CURSOR_SEAL`, for the list of users. */
export const USERS_CURSOR_SEAL = 'users-cursor'

// --- Purposes of digests

/** Of user names in the keys of counters and in the marks of known devices. Changed, guesses counted so far are forgotten. */
export const LIMIT_DIGEST = 'limit'

/** Of the networks that a user signed in from lately, in the user's record. Changed, the user counts as a stranger there. */
export const NETWORK_DIGEST = 'network'

/** Of who gave a signal, in the key of a counter. Changed, a signal is recorded once more. */
export const PRESENTER_DIGEST = 'presenter'

/** Changed, the name of a deleted user is free, and whoever takes it is taken for that user by other systems. */
export const RESERVED_NAME_DIGEST = 'reserved-name'

/** Changed, the keys of all other services are refused. */
export const SERVICE_KEY_DIGEST = 'service-key'

// --- Tokens

/** `typ` of an access token (RFC 9068, 2.1). Changed, every token under way and every verifier of another version refuses. */
export const ACCESS_TOKEN_TYPE = 'at+jwt'

/** `typ` of a proof of possession (RFC 9449, 4.2). */
export const DPOP_PROOF_TYPE = 'dpop+jwt'

/** `typ` of a browser's proof (Device Bound Session Credentials). */
export const DEVICE_PROOF_TYPE = 'dbsc+jwt'

/** The claim `client_id` (RFC 9068, 2.2): other services may compare it. */
export const TOKEN_CLIENT_ID = 'latchkey'

/** What the identifiers of users begin with, in the database and as `sub` of tokens. Changed, users are no longer found by it. */
export const USER_ID_PREFIX = 'usr_'

// --- Cookies

/** What the names of cookies begin with where LATCHKEY_COOKIE_NAME is not set. Changed, every browser is signed out. */
export const DEFAULT_COOKIE_STEM = 'latchkey'

/** What the names of cookies end with, after the stem and `_`. Changed, no browser's cookie of that kind is read or deleted any more. */
export const COOKIE_SUFFIXES = {
  session: 'session',
  remember: 'remember',
  device: 'device',
  data: 'data',
  known: 'known',
  pair: 'pair',
} as const

// --- Counters, in SQL and in Redis

/** What the keys of counters begin with, up to the colon. Changed, what was counted is forgotten: guessing begins anew. */
export const COUNTER_KINDS = {
  /** Guesses at a user's password by strangers, from a device that has signed in as the user, and from a network the user was in. */
  user: 'user',
  device: 'device',
  network: 'network',
  /** Guesses and registrations from a network; the wider ones have the width of their prefix after a hyphen. */
  address: 'address',
  register: 'register',
  /** Proofs of possession that were used. Changed, each can be used once more within its minute. */
  proof: 'proof',
  /** Records of applications, signals of a lineage, refused sign-ins. */
  record: 'record',
  signal: 'signal',
  noted: 'noted',
} as const

// --- Redis

/** What every key in Redis begins with. Changed, the server sees an empty Redis: everybody is signed out. */
export const REDIS_KEY_PREFIX = 'lk'

/** What follows the prefix, in the order of `src/stores/redis/keys.ts`. Changed, that part of what is stored is not found. */
export const REDIS_KEYS = {
  credential: ':',
  user: 'u:',
  lineage: 'l:',
  endings: '-endings',
  limit: '-limit:',
  probe: '-probe',
  carried: '-carried:',
} as const

/** Sorted sets of minutes, and with `:<minute>` lists of what is due then. Changed, what is noted there is never deleted. */
export const REDIS_CALENDARS = { limits: 'limits', uses: 'uses', expiries: 'expiries', tombstones: 'graves' } as const

/** The field of an entry in the stream of revocations. It is read by its position; a changed name costs nothing but the space of two. */
export const REDIS_STREAM_FIELD = 'e'

/** The kind of an entry in that stream. Changed, servers of two versions do not read each other's revocations. */
export const REDIS_ENTRY_KINDS = { revoked: 'ended', changed: 'changed', keys: 'keys', ack_requested: 'called', ack: 'heard' } as const

// --- PostgreSQL

/** Argument of `pg_advisory_xact_lock`. Changed, servers of two versions migrate the same database at the same time. */
export const POSTGRES_MIGRATION_LOCK = 5281703316

/** Channel of `NOTIFY` and `LISTEN`. Changed, servers of two versions hear each other's endings later. */
export const POSTGRES_ENDINGS_CHANNEL = 'latchkey_endings'

// --- Browsers

/** Stands before the address of Latchkey in the name of the BroadcastChannel, of the Web Lock, and of the key in IndexedDB. */
export const CLIENT_NAME_PREFIX = 'latchkey:'

/** The IndexedDB database of the client's key. Changed, each browser makes a new key: tokens bound to the one before need renewing. */
export const CLIENT_KEY_DATABASE = 'latchkey'

/** Its object store. Changed without a new version of the database, it is missing, and no key is kept. */
export const CLIENT_KEY_STORE = 'keys'

/** In sessionStorage: when the sign-in page last went on by itself. Changed, a circle is noticed one round later. */
export const WENT_ON_STORAGE_KEY = 'latchkey-went-on'
