// The endings log for other services, as Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

import type { LogEntry, RollEntry } from '../../domain/ending.ts'
import { wholeSeconds } from '../../domain/time.ts'
import type { Parts } from '../../engine/parts.ts'
import type { FollowingVerifier } from '../../engine/roll-answers.ts'
import { isoTime } from '../present.ts'
import { proveService } from '../proof.ts'
import { openRoute } from '../route.ts'

/** The log says several times a second that it is there. Not every time is passed on, and never more than was said. */
const HEARTBEAT_AFTER = 150
/** Events in one piece. A reader who is slow makes the next piece wait. */
const AT_ONCE = 500

export const revocationRoutes = [
  openRoute({
    method: 'GET',
    path: '/access/revocations',
    proof: 'service',
    summary: 'What ends, as it ends: Server-Sent Events, resumed by Last-Event-ID. For other services of the deployment.',
    answers: { 200: null },
    async run({ app, parts, request }) {
      const stillMay = async () => {
        await parts.keys.readAgain()
        return (await proveService(parts, request)) === undefined
      }
      const stream = eventsAfter(parts, request.header('last-event-id'), { isStopping: app.isStopping, stillMay })
      // Some proxies gather an answer before they pass it on; this one tells nginx not to.
      return { content: { type: 'text/event-stream', body: stream }, headers: { 'x-accel-buffering': 'no' } }
    },
  }),
]

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
  try {
    for await (const { entries, position, age } of parts.store.log.follow(reached)) {
      // Before anything that may wait: what is heard grows older meanwhile.
      const readAt = parts.clock.now() - age
      if (isStopping()) return
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
      const calls = entries.flatMap((entry) => (entry.kind === 'called' ? [entry.call] : []))
      const says = facts.length > 0 || calls.length > 0 || isFirst || now - saidAt >= HEARTBEAT_AFTER
      isFirst = false
      if (!says) continue
      saidAt = now
      // Only with the last of them is their position reached: whoever resumes hears some again rather than miss one.
      const events = facts.map((fact, index) => eventOf(fact, index < facts.length - 1 ? reached : position))
      events.push(event('heartbeat', { at: isoTime(readAt) }, position))
      for (let from = 0; from < events.length; from += AT_ONCE) yield events.slice(from, from + AT_ONCE).join('')
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
  return entry.kind !== 'called' && entry.kind !== 'heard'
}

function eventOf(entry: Fact, id: number): string {
  const at = isoTime(entry.at)
  switch (entry.kind) {
    case 'ended':
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
