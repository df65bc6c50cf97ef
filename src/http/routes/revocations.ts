// The revocation feed for other services, as Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

import { AuthError } from '../../domain/errors.ts'
import type { AcknowledgementEntry, RevocationLogEntry } from '../../domain/revocation.ts'
import { MINUTE, wholeSeconds } from '../../domain/time.ts'
import type { Subscriber } from '../../engine/acknowledgement-responder.ts'
import type { EngineContext } from '../../engine/context.ts'
import { serviceKeyId } from '../../engine/key-management.ts'
import { authenticateService, serviceKeyIn } from '../authenticate-request.ts'
import { openRoute } from '../route.ts'
import { isoTime } from '../serialize.ts'
import { subscriberLimiterFor } from '../subscriber-limits.ts'

/** Least milliseconds between two heartbeats on a stream. The log reports several times a second; not every report is passed on. */
const HEARTBEAT_INTERVAL = 150
/** Characters after which a chunk takes no more events. A slow client delays the next chunk; one that reads nothing is disconnected. */
const CHUNK_SIZE = 16 * 1024
/**
 * Milliseconds after which a stream ends; the client resumes it. A client that never reads first fills the buffers of the kernel, some
 * megabytes, which takes hours where little happens. Our own verifiers reconnect after ten minutes.
 */
const MAX_STREAM_AGE = 15 * MINUTE
/** Seconds until a subscriber may have left. */
const RETRY_AFTER = 5

export const revocationRoutes = [
  openRoute({
    method: 'GET',
    path: '/access/revocations',
    auth: 'service-key',
    summary: 'The revocation feed: Server-Sent Events, resumed by Last-Event-ID. For other services of the deployment.',
    responses: { 200: null },
    errorCodes: ['server.busy'],
    async run({ app, engine, request }) {
      const key = serviceKeyId(engine, serviceKeyIn(request.header('authorization') ?? '') ?? '') ?? ''
      const subscribers = subscriberLimiterFor(engine)
      if (!subscribers.hasRoom(key)) return new AuthError('server.busy', { retryAfter: RETRY_AFTER })
      const isStillAuthorized = async () => {
        await engine.keys.reload()
        return (await authenticateService(engine, request)) === undefined
      }
      const events = eventsAfter(engine, request.header('last-event-id'), { isStopping: app.isStopping, isStillAuthorized })
      // Counted from the first chunk on: a response that is never written would never leave.
      const stream = countedStream(() => subscribers.join(key), events)
      // Some proxies buffer responses; this header turns that off in nginx.
      return { content: { type: 'text/event-stream', body: stream }, headers: { 'x-accel-buffering': 'no' } }
    },
  }),
]

async function* countedStream(join: () => (() => void) | undefined, events: AsyncGenerator<string, void>): AsyncGenerator<string, void> {
  const leave = join()
  if (leave === undefined) return
  try {
    yield* events
  } finally {
    leave()
  }
}

interface StreamChecks {
  readonly isStopping: () => boolean
  /** Called when keys have changed: the subscriber's key may have been removed. */
  readonly isStillAuthorized: () => Promise<boolean>
}

/** Ends when the log cannot be read any more: the subscriber must not take silence for "nothing was revoked". */
async function* eventsAfter(
  engine: EngineContext,
  lastEventId: string | null,
  { isStopping, isStillAuthorized }: StreamChecks,
): AsyncGenerator<string, void> {
  const from = positionOf(lastEventId)
  let sentPosition = from ?? 0
  let isFirst = true
  let sentAt = Number.NEGATIVE_INFINITY
  let subscriber: Subscriber | undefined
  const endsAt = performance.now() + MAX_STREAM_AGE
  try {
    for await (const { entries, position, readAgeMs } of engine.store.log.subscribe(sentPosition)) {
      // Before anything that may wait, since the batch grows older meanwhile.
      const readAt = engine.clock.now() - readAgeMs
      if (isStopping() || performance.now() > endsAt) return
      if (!isFirst && entries.some(({ kind }) => kind === 'keys') && !(await isStillAuthorized())) return
      if (isFirst && lastEventId !== null && (from === undefined || position < from)) {
        sentPosition = 0
        yield sseEvent('reset', { before: isoTime(engine.clock.now()) }, sentPosition)
      }
      // How long a revocation matters: as long as a token can live.
      if (isFirst)
        yield sseEvent(
          'policy',
          { at: isoTime(engine.clock.now()), tokenLifetime: wholeSeconds(engine.policy.tokenLifetime) },
          sentPosition,
        )
      const now = performance.now()
      const publicEntries = entries.filter(isPublicEntry)
      const requestIds = entries.flatMap((entry) => (entry.kind === 'ack_requested' ? [entry.requestId] : []))
      const mustSend = publicEntries.length > 0 || requestIds.length > 0 || isFirst || now - sentAt >= HEARTBEAT_INTERVAL
      isFirst = false
      if (!mustSend) continue
      sentAt = now
      // Only the last entry carries the batch's position: after a reconnect, entries may repeat but none is lost.
      let chunk = ''
      for (const [index, entry] of publicEntries.entries()) {
        chunk += serializeEntry(entry, index < publicEntries.length - 1 ? sentPosition : position)
        if (chunk.length < CHUNK_SIZE) continue
        yield chunk
        chunk = ''
      }
      yield chunk + sseEvent('heartbeat', { at: isoTime(readAt) }, position)
      sentPosition = position
      // The stream resumes here only after the client has taken the chunk.
      for (const requestId of requestIds) subscriber?.delivered(requestId)
      subscriber ??= engine.acknowledgementResponder.subscriberJoined()
    }
  } catch {
    // The store reports its own fault: here the stream ends.
  } finally {
    subscriber?.disconnected()
  }
}

/** Undefined for an invalid position. Without one, all retained entries are sent. */
function positionOf(lastEventId: string | null): number | undefined {
  if (lastEventId === null) return 0
  const position = /^\d{1,16}$/.test(lastEventId) ? Number(lastEventId) : Number.NaN
  return Number.isSafeInteger(position) ? position : undefined
}

type PublicLogEntry = Exclude<RevocationLogEntry, AcknowledgementEntry>

function isPublicEntry(entry: RevocationLogEntry): entry is PublicLogEntry {
  return entry.kind !== 'ack_requested' && entry.kind !== 'ack'
}

function serializeEntry(entry: PublicLogEntry, id: number): string {
  const at = isoTime(entry.at)
  switch (entry.kind) {
    case 'revoked':
      return sseEvent('revoked', { sid: entry.sid, at, reason: entry.reason }, id)
    case 'changed':
      return sseEvent('changed', { sid: entry.sid, at, roles: entry.roles }, id)
    case 'keys':
      return sseEvent('keys', { at }, id)
  }
}

function sseEvent(name: string, data: Readonly<Record<string, unknown>>, id: number): string {
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
