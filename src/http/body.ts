// Reads a request body: checks its type, then its size, then parses and validates it.

import type { z } from 'zod'
import { AuthError } from '../domain/errors.ts'
import { findUnsafeJson } from '../domain/session-data.ts'
import type { HttpRequest } from './message.ts'

export const JSON_TYPE = 'application/json'
export const MERGE_PATCH_TYPE = 'application/merge-patch+json'
export const MAX_BODY = 64 * 1024

const CHARSET = /^\s*charset\s*=/
/** `utf8` is not a registered name, but HTTP clients send it and mean UTF-8. */
const UTF_8 = /^\s*charset\s*=\s*(?:utf-?8|"\s*utf-?8\s*")\s*$/

const SAFE_NAME = /^[\w.-]{1,64}$/

/** Refusals: `request.unsupported_type`, `request.too_large`, `request.malformed`, `request.invalid` with the field's name. */
export async function readBody<T>(request: HttpRequest, type: string, schema: z.ZodType<T>): Promise<T | AuthError> {
  const isPlain = (request.header('content-encoding') ?? 'identity').toLowerCase() === 'identity'
  if (!isPlain || !isOfType(request.header('content-type'), type)) return new AuthError('request.unsupported_type')
  if (Number(request.header('content-length') ?? 0) > MAX_BODY) return new AuthError('request.too_large')
  const bytes = await request.body(MAX_BODY)
  if (bytes === undefined) return new AuthError('request.too_large')
  // The host's mistake: Latchkey must be mounted before body parsers such as express.json().
  if (bytes === 'taken') return new AuthError('request.malformed', { reason: 'body_already_read' })
  const value = parseJson(bytes)
  if (value instanceof AuthError) return value
  const parsed = schema.safeParse(value)
  return parsed.success ? parsed.data : new AuthError('request.invalid', { field: fieldOf(parsed.error) })
}

function isOfType(contentType: string | null, type: string): boolean {
  const [essence = '', ...parameters] = (contentType ?? '').toLowerCase().split(';')
  return essence.trim() === type && parameters.every((parameter) => !CHARSET.test(parameter) || UTF_8.test(parameter))
}

function parseJson(bytes: Uint8Array): unknown {
  let value: unknown
  try {
    // The decoder removes a byte order mark, as RFC 8259, 8.1, allows.
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return new AuthError('request.malformed', { reason: 'json' })
  }
  const hazard = findUnsafeJson(value)
  if (hazard === 'prototype') return new AuthError('request.invalid', { field: '__proto__' })
  return hazard ? new AuthError('request.malformed', { reason: hazard }) : value
}

/** The name of the first refused field; of an unknown one only when it is safe to repeat. */
function fieldOf(error: z.ZodError): string {
  const [issue] = error.issues
  const path = issue?.path.join('.')
  if (path) return path
  const [unknown] = issue?.code === 'unrecognized_keys' ? issue.keys : []
  return unknown !== undefined && SAFE_NAME.test(unknown) ? unknown : 'body'
}
