// One Latchkey instance per process. In development, a changed module is loaded again.

import { createLatchkey, type Latchkey } from 'latchkey'

const shared: typeof globalThis & { latchkey?: Promise<Latchkey> | undefined } = globalThis

export function openLatchkey(): Promise<Latchkey> {
  shared.latchkey ??= createLatchkey({
    publicUrl: process.env.LATCHKEY_PUBLIC_URL ?? 'http://localhost:3000',
    databaseUrl: process.env.DATABASE_URL ?? 'sqlite:app.db',
    redisUrl: process.env.REDIS_URL,
    secret: process.env.LATCHKEY_SECRET,
    registrationLimit: process.env.LATCHKEY_REGISTRATION_LIMIT,
  }).catch((error: unknown) => {
    // The next request tries again: the database may be available then.
    shared.latchkey = undefined
    throw error
  })
  return shared.latchkey
}
