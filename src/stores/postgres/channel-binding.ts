// Enforces channel_binding=require (RFC 5802, section 6): the SCRAM exchange is bound to this TLS connection, so that a
// man-in-the-middle cannot relay it. Any other password authentication is refused.

import type pg from 'pg'
import { StoreError } from '../../domain/errors.ts'

interface Events {
  emit(event: 'error', error: Error): void
  prependListener(event: string, listener: (message: { readonly mechanisms?: readonly string[] }) => void): void
  readonly stream: { destroy(): void }
}

const MECHANISM = 'SCRAM-SHA-256-PLUS'

export function requireChannelBinding(client: pg.Client): void {
  const { connection } = client as unknown as { readonly connection: Events }
  let isOffered = false
  const refuse = () => {
    const error = new StoreError('The database does not offer channel binding, which channel_binding=require demands: use SCRAM over TLS.')
    connection.emit('error', error)
    connection.stream.destroy()
  }
  connection.prependListener('authenticationSASL', ({ mechanisms = [] }) => {
    isOffered = mechanisms.includes(MECHANISM)
    if (!isOffered) refuse()
  })
  for (const event of ['authenticationCleartextPassword', 'authenticationMD5Password']) connection.prependListener(event, refuse)
  connection.prependListener('authenticationOk', () => {
    if (!isOffered) refuse()
  })
}
