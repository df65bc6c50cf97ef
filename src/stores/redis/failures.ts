// What a failure to reach Redis means to whoever runs Latchkey, without the URL and the password in it.

const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'cannot be reached: nothing listens there',
  ENOTFOUND: 'cannot be reached: there is no such host',
  EAI_AGAIN: 'cannot be reached: its host name cannot be looked up',
  ETIMEDOUT: 'does not answer',
  EHOSTUNREACH: 'cannot be reached: there is no route to the host',
  ENETUNREACH: 'cannot be reached: there is no route to its network',
  ECONNRESET: 'has closed the connection',
}

const BY_REPLY: readonly (readonly [RegExp, string])[] = [
  [/^(WRONGPASS|NOAUTH|ERR AUTH)/, 'refuses the user name or the password'],
  [/^NOPERM/, 'refuses this user what Latchkey needs: every command on keys that begin with lk'],
  [/cluster support disabled/, 'is no cluster: use redis:// instead of redis+cluster://'],
  [/^(MOVED|CROSSSLOT)/, 'is a cluster: use redis+cluster:// instead of redis://'],
  [/OOM command not allowed/, 'is full: raise maxmemory'],
  [/READONLY|NOREPLICAS/, 'cannot be written: it is a replica'],
  [/LOADING/, 'is still loading its data'],
  [/MISCONF/, 'cannot be written: it cannot save to its disk'],
  [/^(CLUSTERDOWN|TRYAGAIN)/, 'is a cluster of which a part is down'],
]

interface Fault {
  readonly code?: string
  readonly message?: string
  readonly cause?: unknown
  /** What the client's own error was made of. */
  readonly originalError?: unknown
}

/** A predicate: `is full: raise maxmemory`. Undefined where nothing is known of the fault. */
export function reasonOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code = '', message = '', cause, originalError }: Fault = error
  return BY_CODE[code] ?? BY_REPLY.find(([pattern]) => pattern.test(message))?.[1] ?? reasonOf(originalError) ?? reasonOf(cause)
}

export function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

/** A replica, or one that is still loading: when it becomes a master, what it has is what another one had. */
export function isNoMaster(error: unknown): boolean {
  return error instanceof Error && /^(READONLY|LOADING|MASTERDOWN)|: -?(READONLY|LOADING|MASTERDOWN)/.test(error.message)
}
