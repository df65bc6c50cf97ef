// Calling the roll, and answering it: who is counted, how long it takes, and what is never answered.

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
  readonly told?: number
}

/** A roll that is called, and answered at these times; how long it took. */
async function runConfirmation(replies: readonly SimulatedAcknowledgement[]) {
  const clock = fakeClock()
  const began = clock.now()
  const due = replies.toSorted((a, b) => a.after - b.after)
  const calls: AcknowledgementRequest[] = []
  const roll = new AcknowledgementCollector({
    clock,
    timers: {
      ...systemTimers,
      wait: async (milliseconds) => {
        const end = clock.now() + milliseconds
        for (let next = due[0]; next !== undefined && began + next.after <= end; next = due[0]) {
          due.shift()
          clock.advance(began + next.after - clock.now())
          const { process, verifiers = 0, told: delivered = 0 } = next
          roll.receive({ kind: 'ack', requestId: calls[0]?.requestId ?? '', process, verifiers, delivered, at: clock.now() })
        }
        clock.advance(end - clock.now())
      },
    },
    randomId: () => 'c1',
    append: async (call) => void calls.push(call),
  })
  const acknowledged = await roll.confirmPropagation()
  deepEqual(calls, [{ kind: 'ack_requested', requestId: 'c1', at: began }])
  return { ...acknowledged, took: clock.now() - began }
}

test('Processes and their verifiers are counted, and when the last of them answered', async () => {
  const { took, ...acknowledged } = await runConfirmation([
    { after: 12, process: 'p1', verifiers: 3, told: 3 },
    { after: 38, process: 'p2', verifiers: 2, told: 2 },
    { after: 20, process: 'p3' },
  ])
  deepEqual(acknowledged, { processes: 3, verifiers: 5, behind: 0, milliseconds: 38 })
  ok(took > 1_000 && took < 1_200, `${took} ms`)
})

test('What a process says later of the same call counts instead', async () => {
  const { took, ...acknowledged } = await runConfirmation([
    { after: 10, process: 'p1', verifiers: 4, told: 0 },
    { after: 30, process: 'p1', verifiers: 4, told: 3 },
  ])
  deepEqual(acknowledged, { processes: 1, verifiers: 3, behind: 1, milliseconds: 30 })
})

test('Nobody is waited for longer than a second after the last answer', async () => {
  const { took, ...acknowledged } = await runConfirmation([])
  deepEqual(acknowledged, { processes: 0, verifiers: 0, behind: 0, milliseconds: null })
  ok(took > 1_000 && took < 1_200, `${took} ms`)
  equal((await runConfirmation([{ after: 900, process: 'late' }])).processes, 1)
  equal((await runConfirmation([{ after: 1_500, process: 'too late' }])).processes, 0)
})

test('Answers without end do not keep anybody waiting without end', async () => {
  const { took } = await runConfirmation(Array.from({ length: 1_000 }, (_, index) => ({ after: index * 100, process: 'p1' })))
  ok(took < 15_000, `${took} ms`)
})

test('Answers to another call are not counted', async () => {
  const clock = fakeClock()
  const roll = new AcknowledgementCollector({
    clock,
    timers: {
      ...systemTimers,
      wait: async () => roll.receive({ kind: 'ack', requestId: 'another', process: 'p1', verifiers: 1, delivered: 1, at: clock.now() }),
    },
    randomId: () => 'c1',
    append: async () => {},
  })
  deepEqual(await roll.confirmPropagation(), { processes: 0, verifiers: 0, behind: 0, milliseconds: null })
})

test('Where the log cannot be written, the roll cannot be called', async () => {
  const roll = new AcknowledgementCollector({
    clock: fakeClock(),
    timers: systemTimers,
    randomId: () => 'c1',
    append: async () => {
      throw new StoreError('The store is away.')
    },
  })
  await rejects(roll.confirmPropagation(), StoreError)
})

/** A process that answers, and what it has said; an answer takes as long as the test wants. */
function createResponder(acceptsCredentials = true) {
  const said: Omit<Acknowledgement, 'kind' | 'at'>[] = []
  let landing = Promise.withResolvers<void>()
  const faults: unknown[] = []
  const answers = new AcknowledgementResponder({
    process: 'p1',
    acceptsCredentials,
    append: async (answer) => {
      said.push(answer)
      await landing.promise
    },
    onFault: (error) => faults.push(error),
  })
  return {
    answers,
    said,
    faults,
    async land() {
      landing.resolve()
      landing = Promise.withResolvers()
      await new Promise(setImmediate)
    },
    async fail() {
      landing.reject(new StoreError('The store is away.'))
      landing = Promise.withResolvers()
      await new Promise(setImmediate)
    },
  }
}

const counts = (said: readonly Omit<Acknowledgement, 'kind' | 'at'>[]) =>
  said.map(({ requestId, delivered, verifiers }) => `${requestId} ${delivered}/${verifiers}`)

test('A process answers as soon as it has heard, and again when its verifiers were handed it', async () => {
  const { answers, said, land } = createResponder()
  const [one, two] = [answers.subscriberJoined(), answers.subscriberJoined()]
  answers.requested('c1')
  await land()
  one.delivered('c1')
  await land()
  two.delivered('c1')
  await land()
  deepEqual(counts(said), ['c1 0/2', 'c1 1/2', 'c1 2/2'])
  deepEqual(new Set(said.map(({ process }) => process)), new Set(['p1']))
})

test('While one answer is written, what comes meanwhile gathers for the next', async () => {
  const { answers, said, land } = createResponder()
  const verifiers = Array.from({ length: 100 }, () => answers.subscriberJoined())
  answers.requested('c1')
  for (const verifier of verifiers) verifier.delivered('c1')
  await land()
  await land()
  deepEqual(counts(said), ['c1 0/100', 'c1 100/100'])
})

test('What comes at the very moment at which an answer has landed is told all the same', async () => {
  const said: string[] = []
  const answers = new AcknowledgementResponder({
    process: 'p1',
    acceptsCredentials: true,
    append: async ({ delivered, verifiers }) => void said.push(`${delivered}/${verifiers}`),
    onFault: () => {},
  })
  const verifiers = Array.from({ length: 10 }, () => answers.subscriberJoined())
  answers.requested('c1')
  for (const [turns, verifier] of verifiers.entries()) {
    for (let turn = 0; turn < turns; turn += 1) await undefined
    verifier.delivered('c1')
  }
  await new Promise(setImmediate)
  equal(said.at(-1), '10/10')
})

test('For a verifier the process does not answer before it has heard the call itself', async () => {
  const { answers, said, land } = createResponder()
  answers.subscriberJoined().delivered('c1')
  await land()
  deepEqual(said, [])
  answers.requested('c1')
  await land()
  deepEqual(counts(said), ['c1 1/1'])
})

test('A verifier that has gone is not waited for, and one that came after the call was heard is not counted', async () => {
  const { answers, said, land } = createResponder()
  const gone = answers.subscriberJoined()
  const stays = answers.subscriberJoined()
  answers.requested('c1')
  answers.subscriberJoined()
  await land()
  gone.disconnected()
  await land()
  stays.delivered('c1')
  stays.disconnected()
  await land()
  deepEqual(counts(said), ['c1 0/2', 'c1 0/1', 'c1 1/1'])
})

test('An answer that cannot be written is a fault, and the next call is answered again', async () => {
  const { answers, said, faults, land, fail } = createResponder()
  answers.requested('c1')
  await fail()
  equal(faults.length, 1)
  answers.requested('c2')
  await land()
  deepEqual(counts(said), ['c1 0/0', 'c2 0/0'])
})

test('Who serves nobody does not answer', async () => {
  const { answers, said, land } = createResponder(false)
  answers.requested('c1')
  await land()
  deepEqual(said, [])
})

test('A call from before a process has started is not answered; one from after is', async () => {
  const store = createMemoryStore()
  const call = (name: string) => store.write([{ do: 'append entry', entry: { kind: 'ack_requested', requestId: name, at: 1 } }])
  await call('before')
  await using _latchkey = await startInProcess({}, { store })
  await call('after')
  const following = store.log.subscribe(0)
  const answered: string[] = []
  await waitFor('an answer', async () => {
    const heard = await following.next()
    if (!heard.done) answered.push(...heard.value.entries.flatMap((entry) => (entry.kind === 'ack' ? [entry.requestId] : [])))
    return answered.length > 0
  })
  await following.return?.()
  deepEqual(answered, ['after'])
})
