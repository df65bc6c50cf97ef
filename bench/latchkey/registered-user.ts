// Registers a user at a running Latchkey over HTTP.

import type { InProcessServer } from './in-process-server.ts'

export const PASSWORD = 'a long password for the benchmark'

export interface RegisteredUser {
  readonly username: string
  /** The Cookie header that a browser would send. */
  readonly cookie: string
  readonly token: string
  readonly userId: string
}

/** @throws Error if Latchkey refuses */
export async function register({ url, origin }: Pick<InProcessServer, 'url' | 'origin'>, username: string): Promise<RegisteredUser> {
  const response = await fetch(`${url}/access/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ username, password: PASSWORD }),
  })
  if (response.status !== 201) throw new Error(`Registering was answered with ${response.status}: ${await response.text()}`)
  const { token, user } = (await response.json()) as { token: string; user: { id: string } }
  const session = response.headers.getSetCookie().find((value) => value.includes('latchkey_session=')) ?? ''
  return { username, cookie: session.split(';', 1)[0] ?? '', token, userId: user.id }
}
