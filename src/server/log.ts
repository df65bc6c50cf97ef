// The log: one JSON line a request on standard output, pretty on a terminal, never a secret.

import { type Logger, pino } from 'pino'
import type { AnsweredRequest } from '../http/handler.ts'

export type { Logger }

export async function createLog(level: string): Promise<Logger> {
  const base = { name: 'latchkey' }
  if (!process.stdout.isTTY)
    return pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 1, sync: false }))
  const { default: pretty } = await import('pino-pretty')
  return pino({ level, base }, pretty({ colorize: true, ignore: 'name', translateTime: 'HH:MM:ss.l' }))
}

/** What a line may say is what the handler tells: it knows no credential. */
export function logRequest(log: Logger, answered: AnsweredRequest): void {
  if (answered.fault === undefined && !log.isLevelEnabled('info')) return
  const { fault, milliseconds, ...told } = answered
  const line = { ...told, milliseconds: Math.round(milliseconds * 100) / 100 }
  if (fault === undefined) log.info(line, 'request')
  else log.error({ ...line, err: fault }, 'request failed')
}
