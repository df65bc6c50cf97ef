// The endings log for other services, as Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

import { AuthError } from '../../domain/errors.ts'
import type { AcknowledgementEntry, RevocationLogEntry } from '../../domain/revocation.ts'
import { MINUTE, wholeSeconds } from '../../domain/time.ts'
import type { Subscriber } from '../../engine/acknowledgement-responder.ts'
import type { EngineContext } from '../../engine/context.ts'
import { serviceKeyId } from '../../engine/keys.ts'
import { authenticateService, serviceKeyIn } from '../authenticate-request.ts'
import { openRoute } from '../route.ts'
import { isoTime } from '../serialize.ts'
import { subscriberLimiterFor } from '../subscriber-limits.ts'

/** The log says several times a second that it is there. Not every time is passed on, and never more than was said. */
const HEARTBEAT_INTERVAL = 150
/** Characters of a piece, after which it takes no more events. A reader who is slow makes the next piece wait; one that takes none for a while is cut off. */
const CHUNK_SIZE = 16 * 1024
/**
 * Milliseconds after which a stream ends, to be resumed. A reader that never reads fills the buffers of the kernel first, some megabytes,
 * which takes hours where little happens. Our own verifiers ask again after ten minutes.
 */
const MAX_STREAM_AGE = 15 * MINUTE
/** Seconds until somebody may have left. */
const RETRY_AFTER = 5

export const revocationRoutes = [
  openRoute({
    method: 'GET',
    path: '/access/revocations',
    auth: 'service-key',
    summary: 'What ends, as it ends: Server-Sent Events, resumed by Last-Event-ID. For other services of the deployment.',
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
      // Counted from the first piece on: an answer that is never written would never leave.
      const stream = countedStream(() => subscribers.join(key), events)
      // Some proxies gather an answer before they pass it on; this one tells nginx not to.
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
  /** Asked when keys have changed: the one that was shown may have been removed. */
  readonly isStillAuthorized: () => Promise<boolean>
}

/** Ends when the log cannot be read any more: whoever listens must not take silence for nothing new. */
async function* eventsAfter(
  parts: EngineContext,
  lastEventId: string | null,
  { isStopping, isStillAuthorized }: StreamChecks,
): AsyncGenerator<string, void> {
  const from = positionOf(lastEventId)
  let sentPosition = from ?? 0
  let isFirst = true
  let sentAt = Number.NEGATIVE_INFINITY
  let verifier: Subscriber | undefined
  const endsAt = performance.now() + MAX_STREAM_AGE
  try {
    for await (const { entries, position, readAgeMs } of parts.store.log.subscribe(sentPosition)) {
      // Before anything that may wait: what is heard grows older meanwhile.
      const readAt = parts.clock.now() - readAgeMs
      if (isStopping() || performance.now() > endsAt) return
      if (!isFirst && entries.some(({ kind }) => kind === 'keys') && !(await isStillAuthorized())) return
      if (isFirst && lastEventId !== null && (from === undefined || position < from)) {
        sentPosition = 0
        yield sseEvent('reset', { before: isoTime(parts.clock.now()) }, sentPosition)
      }
      // How long endings matter: for as long as a token can live.
      if (isFirst)
        yield sseEvent('policy', { at: isoTime(parts.clock.now()), tokenLifetime: wholeSeconds(parts.policy.tokenLifetime) }, sentPosition)
      const now = performance.now()
      const facts = entries.filter(isPublicEntry)
      const calls = entries.flatMap((entry) => (entry.kind === 'ack_requested' ? [entry.requestId] : []))
      const says = facts.length > 0 || calls.length > 0 || isFirst || now - sentAt >= HEARTBEAT_INTERVAL
      isFirst = false
      if (!says) continue
      sentAt = now
      // Only with the last of them is their position reached: whoever resumes hears some again rather than miss one.
      let piece = ''
      for (const [index, fact] of facts.entries()) {
        piece += serializeEntry(fact, index < facts.length - 1 ? sentPosition : position)
        if (piece.length < CHUNK_SIZE) continue
        yield piece
        piece = ''
      }
      yield piece + sseEvent('heartbeat', { at: isoTime(readAt) }, position)
      sentPosition = position
      // The next piece is asked for only when this one was taken.
      for (const call of calls) verifier?.delivered(call)
      verifier ??= parts.acknowledgementResponder.subscriberJoined()
    }
  } catch {
    // The fault is the store's, and is told there: here the stream ends.
  } finally {
    verifier?.disconnected()
  }
}

/** Undefined when it is none of ours. Without one, everything retained is wanted. */
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
