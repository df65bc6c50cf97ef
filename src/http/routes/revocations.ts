// The endings log for other services, as Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

import type { LogEntry, RollEntry } from '../../domain/ending.ts'
import { AuthError } from '../../domain/errors.ts'
import { MINUTE, wholeSeconds } from '../../domain/time.ts'
import { serviceKeyId } from '../../engine/keys.ts'
import type { Parts } from '../../engine/parts.ts'
import type { FollowingVerifier } from '../../engine/roll-answers.ts'
import { isoTime } from '../present.ts'
import { proveService, serviceKeyIn } from '../proof.ts'
import { openRoute } from '../route.ts'
import { subscribersOf } from '../subscribers.ts'

/** The log says several times a second that it is there. Not every time is passed on, and never more than was said. */
const HEARTBEAT_AFTER = 150
/** Characters of a piece, after which it takes no more events. A reader who is slow makes the next piece wait; one that takes none for a while is cut off. */
const PIECE = 16 * 1024
/**
 * Milliseconds after which a stream ends, to be resumed. A reader that never reads fills the buffers of the kernel first, some megabytes,
 * which takes hours where little happens. Our own verifiers ask again after ten minutes.
 */
const LONGEST = 15 * MINUTE
/** Seconds until somebody may have left. */
const RETRY_AFTER = 5

export const revocationRoutes = [
  openRoute({
    method: 'GET',
    path: '/access/revocations',
    proof: 'service',
    summary: 'What ends, as it ends: Server-Sent Events, resumed by Last-Event-ID. For other services of the deployment.',
    answers: { 200: null },
    refusals: ['server.busy'],
    async run({ app, parts, request }) {
      const key = serviceKeyId(parts, serviceKeyIn(request.header('authorization') ?? '') ?? '') ?? ''
      const subscribers = subscribersOf(parts)
      if (!subscribers.hasRoom(key)) return new AuthError('server.busy', { retryAfter: RETRY_AFTER })
      const stillMay = async () => {
        await parts.keys.readAgain()
        return (await proveService(parts, request)) === undefined
      }
      const events = eventsAfter(parts, request.header('last-event-id'), { isStopping: app.isStopping, stillMay })
      // Counted from the first piece on: an answer that is never written would never leave.
      const stream = whileJoined(() => subscribers.join(key), events)
      // Some proxies gather an answer before they pass it on; this one tells nginx not to.
      return { content: { type: 'text/event-stream', body: stream }, headers: { 'x-accel-buffering': 'no' } }
    },
  }),
]

async function* whileJoined(join: () => (() => void) | undefined, events: AsyncGenerator<string, void>): AsyncGenerator<string, void> {
  const leave = join()
  if (leave === undefined) return
  try {
    yield* events
  } finally {
    leave()
  }
}

interface Ends {
  readonly isStopping: () => boolean
  /** Asked when keys have changed: the one that was shown may have been removed. */
  readonly stillMay: () => Promise<boolean>
}

/** Ends when the log cannot be read any more: whoever listens must not take silence for nothing new. */
async function* eventsAfter(parts: Parts, lastEventId: string | null, { isStopping, stillMay }: Ends): AsyncGenerator<string, void> {
  const from = positionOf(lastEventId)
  let reached = from ?? 0
  let isFirst = true
  let saidAt = Number.NEGATIVE_INFINITY
  let verifier: FollowingVerifier | undefined
  const endsAt = performance.now() + LONGEST
  try {
    for await (const { entries, position, age } of parts.store.log.follow(reached)) {
      // Before anything that may wait: what is heard grows older meanwhile.
      const readAt = parts.clock.now() - age
      if (isStopping() || performance.now() > endsAt) return
      if (!isFirst && entries.some(({ kind }) => kind === 'keys') && !(await stillMay())) return
      if (isFirst && lastEventId !== null && (from === undefined || position < from)) {
        reached = 0
        yield event('reset', { before: isoTime(parts.clock.now()) }, reached)
      }
      // How long endings matter: for as long as a token can live.
      if (isFirst)
        yield event('policy', { at: isoTime(parts.clock.now()), tokenLifetime: wholeSeconds(parts.policy.tokenLifetime) }, reached)
      const now = performance.now()
      const facts = entries.filter(isFact)
      const calls = entries.flatMap((entry) => (entry.kind === 'ack_requested' ? [entry.requestId] : []))
      const says = facts.length > 0 || calls.length > 0 || isFirst || now - saidAt >= HEARTBEAT_AFTER
      isFirst = false
      if (!says) continue
      saidAt = now
      // Only with the last of them is their position reached: whoever resumes hears some again rather than miss one.
      let piece = ''
      for (const [index, fact] of facts.entries()) {
        piece += eventOf(fact, index < facts.length - 1 ? reached : position)
        if (piece.length < PIECE) continue
        yield piece
        piece = ''
      }
      yield piece + event('heartbeat', { at: isoTime(readAt) }, position)
      reached = position
      // The next piece is asked for only when this one was taken.
      for (const call of calls) verifier?.handed(call)
      verifier ??= parts.rollAnswers.joined()
    }
  } catch {
    // The fault is the store's, and is told there: here the stream ends.
  } finally {
    verifier?.left()
  }
}

/** Undefined when it is none of ours. Without one, everything retained is wanted. */
function positionOf(lastEventId: string | null): number | undefined {
  if (lastEventId === null) return 0
  const position = /^\d{1,16}$/.test(lastEventId) ? Number(lastEventId) : Number.NaN
  return Number.isSafeInteger(position) ? position : undefined
}

type Fact = Exclude<LogEntry, RollEntry>

function isFact(entry: LogEntry): entry is Fact {
  return entry.kind !== 'ack_requested' && entry.kind !== 'ack'
}

function eventOf(entry: Fact, id: number): string {
  const at = isoTime(entry.at)
  switch (entry.kind) {
    case 'revoked':
      return event('ending', { sid: entry.sid, at, reason: entry.reason }, id)
    case 'changed':
      return event('changed', { sid: entry.sid, at, roles: entry.roles }, id)
    case 'keys':
      return event('keys', { at }, id)
  }
}

function event(name: string, data: Readonly<Record<string, unknown>>, id: number): string {
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
