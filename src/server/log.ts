// The server's log: one JSON line per request on standard output, pretty on a terminal, never a secret.

import { type Logger, pino } from 'pino'
import { withoutPasswords } from '../connection-strings/masking.ts'
import type { CompletedRequest } from '../http/handler.ts'

export type { Logger }

export async function createLog(level: string): Promise<Logger> {
  const base = { name: 'latchkey' }
  const serializers = { err: (error: unknown) => masked(pino.stdSerializers.errWithCause(error as Error)) }
  if (!process.stdout.isTTY)
    return pino({ level, base, serializers, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 1, sync: false }))
  const { default: pretty } = await import('pino-pretty')
  return pino({ level, base, serializers }, pretty({ colorize: true, ignore: 'name', translateTime: 'HH:MM:ss.l' }))
}

/** The line contains the handler's fields only, and those contain no credential. */
export function logRequest(log: Logger, completed: CompletedRequest): void {
  if (completed.fault === undefined && !log.isLevelEnabled('info')) return
  const { fault, milliseconds, ...fields } = completed
  const line = { ...fields, milliseconds: Math.round(milliseconds * 100) / 100 }
  if (fault === undefined) log.info(line, 'request')
  else log.error({ ...line, err: fault }, 'request failed')
}

/** Error messages of drivers can quote the address with its password. */
function masked(value: unknown): unknown {
  if (typeof value === 'string') return withoutPasswords(value)
  if (Array.isArray(value)) return value.map(masked)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, masked(each)]))
}
