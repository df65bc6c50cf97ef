// The revocation log as a Redis stream. A position is the time of the append in microseconds, or the last position plus one: even
// after Redis has lost its latest entries, new positions are higher than any that a subscription has read.

import { StoreError } from '../../domain/errors.ts'
import { REDIS_ENTRY_KINDS, REDIS_STREAM_FIELD } from '../../domain/persisted-names.ts'
import type { RevocationLogEntry } from '../../domain/revocation.ts'
import type { LogReadResult } from '../log/subscription.ts'
import { type Connection, script } from './connection.ts'
import type { Keys } from './keys.ts'

const LAST = `
  local function last()
    local info = redis.pcall('XINFO', 'STREAM', KEYS[1])
    if info.err then return 0 end
    for at = 1, #info, 2 do
      if info[at] == 'last-generated-id' then return tonumber(info[at + 1]:match('^%d+')) end
    end
  end`

/** Arguments: entries. */
const APPEND = script(`${LAST}
  local time = redis.call('TIME')
  local position = math.max(time[1] * 1000000 + time[2], last() + 1)
  for at = 1, #ARGV do
    redis.call('XADD', KEYS[1], string.format('%.0f-0', position), '${REDIS_STREAM_FIELD}', ARGV[at])
    position = position + 1
  end`)

/** Arguments: position, count. Returns the last position, and the entries after the position; all of them when the log is behind it. */
const READ = script(`${LAST}
  local last, from = last(), ARGV[1]
  if tonumber(from) > last then from = '0' end
  last = string.format('%.0f', last)
  return { last, redis.call('XRANGE', KEYS[1], '(' .. from .. '-0', last .. '-0', 'COUNT', ARGV[2]) }`)

/** Arguments: time, start, count. Returns how many were trimmed, and where to go on when there may be more. */
const TRIM = script(`
  local entries, old = redis.call('XRANGE', KEYS[1], ARGV[2], '+', 'COUNT', ARGV[3]), {}
  for _, entry in ipairs(entries) do
    if tonumber(entry[2][2]:match('^%a+ (%d+)')) < tonumber(ARGV[1]) then old[#old + 1] = entry[1] end
  end
  if #old == 0 then return { 0 } end
  return { redis.call('XDEL', KEYS[1], unpack(old)), #entries == tonumber(ARGV[3]) and '(' .. entries[#entries][1] or nil }`)

/** The most entries of one command: Redis runs nothing else meanwhile. */
const PAGE_SIZE = 1_000

type Page = readonly (readonly [id: string, fields: readonly [name: typeof REDIS_STREAM_FIELD, text: string]])[]

/** How long a blocking read waits for an entry, in milliseconds. */
const BLOCK_MS = 1_000

export class RevocationLogStream {
  readonly #connection: Connection
  readonly #key: string

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection
    this.#key = keys.revocationLog()
  }

  async append(entries: readonly RevocationLogEntry[]): Promise<void> {
    if (entries.length > 0) await this.#connection.run(APPEND, this.#key, ...entries.map(encodeEntry))
  }

  async readAfter(from: number): Promise<LogReadResult> {
    const [last, first] = (await this.#connection.run(READ, this.#key, from, PAGE_SIZE)) as readonly [string, Page]
    const pages = [first]
    for (let page = first; page.length === PAGE_SIZE; ) {
      const reached = page.at(-1)?.[0] ?? last
      page = (await this.#connection.send(this.#key, 'XRANGE', this.#key, `(${reached}`, `${last}-0`, 'COUNT', PAGE_SIZE)) as Page
      pages.push(page)
    }
    return { entries: pages.flat().map(([, [, text]]) => decodeEntry(text)), position: Number(last) }
  }

  /** Entries are roughly in the order of their times: the search stops at a page without old entries. */
  async trim(before: number): Promise<number> {
    let trimmed = 0
    for (let from: string | undefined = '-'; from !== undefined; ) {
      const [count, next] = (await this.#connection.run(TRIM, this.#key, before, from, PAGE_SIZE)) as readonly [number, string?]
      trimmed += count
      from = next
    }
    return trimmed
  }

  /** Resolves when an entry is appended, or after a second. @param blocking a dedicated connection @throws StoreError */
  async waitForEntry(blocking: Connection): Promise<boolean> {
    return (await blocking.sendBlocking(BLOCK_MS, this.#key, 'XREAD', 'COUNT', 1, 'BLOCK', BLOCK_MS, 'STREAMS', this.#key, '$')) !== null
  }
}

type StoredKind = (typeof REDIS_ENTRY_KINDS)[RevocationLogEntry['kind']]
const KINDS = new Map(Object.entries(REDIS_ENTRY_KINDS).map(([kind, stored]) => [stored, kind as RevocationLogEntry['kind']]))

/** `<kind> <time> <JSON>`: the kind and the time come first for the script that trims. */
function encodeEntry(entry: RevocationLogEntry): string {
  const { kind, at, ...rest } = entry
  return `${REDIS_ENTRY_KINDS[kind]} ${at} ${JSON.stringify(rest)}`
}

/** @throws StoreError when the entry is damaged */
function decodeEntry(text: string): RevocationLogEntry {
  const [, kind, at, rest = ''] = /^(\w+) (\d+) (.*)$/s.exec(text) ?? []
  try {
    // Version 0.1 wrote `call` and `told` instead of `requestId` and `delivered`.
    const { call, told, ...fields } = JSON.parse(rest)
    const earlier = { ...(call !== undefined && { requestId: call }), ...(told !== undefined && { delivered: told }) }
    return { kind: KINDS.get(kind as StoredKind), at: Number(at), ...fields, ...earlier } as RevocationLogEntry
  } catch {
    throw new StoreError('An entry of the revocation log in Redis is damaged.')
  }
}
