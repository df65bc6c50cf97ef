// Revocation acknowledgements: which processes and verifiers are counted, how long it takes, and which requests are ignored.

import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../../src/domain/errors.ts'
import type { Acknowledgement, AcknowledgementRequest } from '../../src/domain/revocation.ts'
import { AcknowledgementResponder } from '../../src/engine/acknowledgement-responder.ts'
import { AcknowledgementCollector } from '../../src/engine/revocation-acknowledgement.ts'
import { systemTimers } from '../../src/platform/clock.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { fakeClock, startInProcess } from '../support/in-process.ts'
import { waitFor } from '../support/wait-for.ts'

interface SimulatedAcknowledgement {
  readonly after: number
  readonly process: string
  readonly verifiers?: number
  readonly delivered?: number
}

/** Runs a confirmation with acknowledgements at these times; also returns how long it took. */
async function runConfirmation(replies: readonly SimulatedAcknowledgement[]) {
  const clock = fakeClock()
  const startedAt = clock.now()
  const due = replies.toSorted((a, b) => a.after - b.after)
  const requests: AcknowledgementRequest[] = []
  const collector = new AcknowledgementCollector({
    clock,
    timers: {
      ...systemTimers,
      wait: async (milliseconds) => {
        const end = clock.now() + milliseconds
        for (let next = due[0]; next !== undefined && startedAt + next.after <= end; next = due[0]) {
          due.shift()
          clock.advance(startedAt + next.after - clock.now())
          const { process, verifiers = 0, delivered = 0 } = next
          collector.receive({ kind: 'ack', requestId: requests[0]?.requestId ?? '', process, verifiers, delivered, at: clock.now() })
        }
        clock.advance(end - clock.now())
      },
    },
    randomId: () => 'c1',
    append: async (request) => void requests.push(request),
  })
  const acknowledged = await collector.confirmPropagation()
  deepEqual(requests, [{ kind: 'ack_requested', requestId: 'c1', at: startedAt }])
  return { ...acknowledged, took: clock.now() - startedAt }
}

test('processes and their verifiers are counted, with the time of the last acknowledgement', async () => {
  const { took, ...acknowledged } = await runConfirmation([
    { after: 12, process: 'p1', verifiers: 3, delivered: 3 },
    { after: 38, process: 'p2', verifiers: 2, delivered: 2 },
    { after: 20, process: 'p3' },
  ])
  deepEqual(acknowledged, { processes: 3, verifiers: 5, behind: 0, milliseconds: 38 })
  ok(took > 1_000 && took < 1_200, `${took} ms`)
})

test('a later acknowledgement of a process replaces the earlier one', async () => {
  const { took, ...acknowledged } = await runConfirmation([
    { after: 10, process: 'p1', verifiers: 4, delivered: 0 },
    { after: 30, process: 'p1', verifiers: 4, delivered: 3 },
  ])
  deepEqual(acknowledged, { processes: 1, verifiers: 3, behind: 1, milliseconds: 30 })
})

test('the wait ends one second after the last acknowledgement', async () => {
  const { took, ...acknowledged } = await runConfirmation([])
  deepEqual(acknowledged, { processes: 0, verifiers: 0, behind: 0, milliseconds: null })
  ok(took > 1_000 && took < 1_200, `${took} ms`)
  equal((await runConfirmation([{ after: 900, process: 'late' }])).processes, 1)
  equal((await runConfirmation([{ after: 1_500, process: 'too late' }])).processes, 0)
})

test('endless acknowledgements do not extend the wait endlessly', async () => {
  const { took } = await runConfirmation(Array.from({ length: 1_000 }, (_, index) => ({ after: index * 100, process: 'p1' })))
  ok(took < 15_000, `${took} ms`)
})

test('acknowledgements of another request are not counted', async () => {
  const clock = fakeClock()
  const collector = new AcknowledgementCollector({
    clock,
    timers: {
      ...systemTimers,
      wait: async () =>
        collector.receive({ kind: 'ack', requestId: 'another', process: 'p1', verifiers: 1, delivered: 1, at: clock.now() }),
    },
    randomId: () => 'c1',
    append: async () => {},
  })
  deepEqual(await collector.confirmPropagation(), { processes: 0, verifiers: 0, behind: 0, milliseconds: null })
})

test('when the log cannot be written, the confirmation fails', async () => {
  const collector = new AcknowledgementCollector({
    clock: fakeClock(),
    timers: systemTimers,
    randomId: () => 'c1',
    append: async () => {
      throw new StoreError('The store is away.')
    },
  })
  await rejects(collector.confirmPropagation(), StoreError)
})

/** A responder and the acknowledgements that it appended; each append takes as long as the test wants. */
function createResponder(acceptsCredentials = true) {
  const appended: Omit<Acknowledgement, 'kind' | 'at'>[] = []
  let appending = Promise.withResolvers<void>()
  const faults: unknown[] = []
  const responder = new AcknowledgementResponder({
    process: 'p1',
    acceptsCredentials,
    append: async (acknowledgement) => {
      appended.push(acknowledgement)
      await appending.promise
    },
    onFault: (error) => faults.push(error),
  })
  return {
    responder,
    appended,
    faults,
    async finishAppend() {
      appending.resolve()
      appending = Promise.withResolvers()
      await new Promise(setImmediate)
    },
    async failAppend() {
      appending.reject(new StoreError('The store is away.'))
      appending = Promise.withResolvers()
      await new Promise(setImmediate)
    },
  }
}

const counts = (appended: readonly Omit<Acknowledgement, 'kind' | 'at'>[]) =>
  appended.map(({ requestId, delivered, verifiers }) => `${requestId} ${delivered}/${verifiers}`)

test('a process acknowledges at once, and again after delivery to its verifiers', async () => {
  const { responder, appended, finishAppend } = createResponder()
  const [one, two] = [responder.subscriberJoined(), responder.subscriberJoined()]
  responder.requested('c1')
  await finishAppend()
  one.delivered('c1')
  await finishAppend()
  two.delivered('c1')
  await finishAppend()
  deepEqual(counts(appended), ['c1 0/2', 'c1 1/2', 'c1 2/2'])
  deepEqual(new Set(appended.map(({ process }) => process)), new Set(['p1']))
})

test('while one acknowledgement is written, further deliveries are collected for the next', async () => {
  const { responder, appended, finishAppend } = createResponder()
  const verifiers = Array.from({ length: 100 }, () => responder.subscriberJoined())
  responder.requested('c1')
  for (const verifier of verifiers) verifier.delivered('c1')
  await finishAppend()
  await finishAppend()
  deepEqual(counts(appended), ['c1 0/100', 'c1 100/100'])
})

test('a delivery at the moment at which an acknowledgement is committed is reported too', async () => {
  const appended: string[] = []
  const responder = new AcknowledgementResponder({
    process: 'p1',
    acceptsCredentials: true,
    append: async ({ delivered, verifiers }) => void appended.push(`${delivered}/${verifiers}`),
    onFault: () => {},
  })
  const verifiers = Array.from({ length: 10 }, () => responder.subscriberJoined())
  responder.requested('c1')
  for (const [delay, verifier] of verifiers.entries()) {
    for (let turn = 0; turn < delay; turn += 1) await undefined
    verifier.delivered('c1')
  }
  await new Promise(setImmediate)
  equal(appended.at(-1), '10/10')
})

test('a process does not acknowledge for a verifier before it has received the request itself', async () => {
  const { responder, appended, finishAppend } = createResponder()
  responder.subscriberJoined().delivered('c1')
  await finishAppend()
  deepEqual(appended, [])
  responder.requested('c1')
  await finishAppend()
  deepEqual(counts(appended), ['c1 1/1'])
})

test('a disconnected verifier is not waited for, and one that joined after the request is not counted', async () => {
  const { responder, appended, finishAppend } = createResponder()
  const gone = responder.subscriberJoined()
  const stays = responder.subscriberJoined()
  responder.requested('c1')
  responder.subscriberJoined()
  await finishAppend()
  gone.disconnected()
  await finishAppend()
  stays.delivered('c1')
  stays.disconnected()
  await finishAppend()
  deepEqual(counts(appended), ['c1 0/2', 'c1 0/1', 'c1 1/1'])
})

test('an acknowledgement that cannot be written is a fault, and the next request is acknowledged again', async () => {
  const { responder, appended, faults, finishAppend, failAppend } = createResponder()
  responder.requested('c1')
  await failAppend()
  equal(faults.length, 1)
  responder.requested('c2')
  await finishAppend()
  deepEqual(counts(appended), ['c1 0/0', 'c2 0/0'])
})

test('a process that accepts no credentials does not acknowledge', async () => {
  const { responder, appended, finishAppend } = createResponder(false)
  responder.requested('c1')
  await finishAppend()
  deepEqual(appended, [])
})

test('a request from before the start of a process is not acknowledged; a later one is', async () => {
  const store = createMemoryStore()
  const call = (name: string) => store.write([{ do: 'append entry', entry: { kind: 'ack_requested', requestId: name, at: 1 } }])
  await call('before')
  await using _latchkey = await startInProcess({}, { store })
  await call('after')
  const subscription = store.log.subscribe(0)
  const acknowledgedRequests: string[] = []
  await waitFor('an acknowledgement', async () => {
    const batch = await subscription.next()
    if (!batch.done) acknowledgedRequests.push(...batch.value.entries.flatMap((entry) => (entry.kind === 'ack' ? [entry.requestId] : [])))
    return acknowledgedRequests.length > 0
  })
  await subscription.return?.()
  deepEqual(acknowledgedRequests, ['after'])
})
