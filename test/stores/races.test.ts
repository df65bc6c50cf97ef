// Concurrent writes through several connections to one store: the second write must not undo the first.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Change, Store, WriteResult } from '../../src/ports/store.ts'
import { makeAuditEvent, makeRememberMe, makeSession, makeUser } from '../../src/testing/index.ts'
import { BACKEND_NAMES, type Backend, startBackend } from '../support/backends.ts'

const ROUNDS = 40

const insertion = (record: ReturnType<typeof makeSession> | ReturnType<typeof makeRememberMe>): Change => ({
  do: 'insert credential',
  record,
})

/** Starts two writes, one a little after the other; the order and the delay change with the round. */
async function race(
  round: number,
  one: () => Promise<WriteResult>,
  other: () => Promise<WriteResult>,
): Promise<readonly [WriteResult, WriteResult]> {
  const delayed = async (write: () => Promise<WriteResult>, delayMs: number) => {
    if (delayMs > 0) await pause(delayMs)
    return write()
  }
  const lead = (round % 9) - 4
  return Promise.all([delayed(one, Math.max(0, lead) / 2), delayed(other, Math.max(0, -lead) / 2)])
}

for (const name of BACKEND_NAMES) {
  void suite(`${name}, several connections`, () => {
    let backend: Backend
    let [one, other]: Store[] = []
    const stores = () => {
      assert.ok(one && other)
      return [one, other] as const
    }
    before(async () => {
      backend = await startBackend(name)
      ;[one, other] = [await backend.open(), await backend.open()]
    })
    after(async () => {
      await one?.close()
      await other?.close()
      await backend[Symbol.asyncDispose]()
    })

    test('Of two concurrent replacements or revocations of a credential, one succeeds.', async () => {
      const [a, b] = stores()
      for (let round = 0; round < ROUNDS; round += 1) {
        const session = makeSession()
        await a.write([insertion(session)])
        const replacing = (hash: string): Change[] => [{ do: 'replace credential', next: { ...session, hash, version: 2 }, ifVersion: 1 }]
        const replaced = await race(
          round,
          () => a.write(replacing('a')),
          () => b.write(replacing('b')),
        )
        assert.equal(replaced.filter(({ committed }) => committed).length, 1)
        const revoking: Change[] = [{ do: 'revoke credentials', where: { id: session.id }, reason: 'revoked', at: 1, mustMatch: true }]
        const revocations = await race(
          round,
          () => a.write(revoking),
          () => b.write(revoking),
        )
        assert.equal(revocations.filter(({ committed }) => committed).length, 1)
      }
    })

    test('A sign-in concurrent with a password change or the deletion of the user leaves no session.', async () => {
      const [a, b] = stores()
      let signIns = 0
      for (let round = 0; round < ROUNDS; round += 1) {
        const user = makeUser()
        const { id } = user
        await a.write([{ do: 'insert user', user }, insertion(makeSession({ userId: id }))])
        const revokeAll: Change = { do: 'revoke credentials', where: { userId: id, except: [] }, reason: 'revoked', at: 1 }
        const changing: Change[] = [{ do: 'replace user', next: { ...user, passwordHash: 'new', version: 2 }, ifVersion: 1 }, revokeAll]
        const deleting: Change[] = [revokeAll, { do: 'delete user', id }]
        const signingIn: Change[] = [
          { do: 'require user', id, version: 1 },
          insertion(makeSession({ userId: id })),
          { do: 'append audit event', event: makeAuditEvent({ userId: id }) },
        ]
        const [signedIn, changed] = await race(
          round,
          () => a.write(signingIn),
          () => b.write(round % 2 ? changing : deleting),
        )
        assert.ok(changed.committed)
        signIns += Number(signedIn.committed)
        assert.deepEqual(await a.credentials.listByUser(id), [], `round ${round}`)
      }
      assert.ok(signIns > 0 && signIns < ROUNDS, `both orders must occur: ${signIns} of ${ROUNDS}`)
    })

    test('A session started from a remember-me login concurrently with a sign-out leaves no session.', async () => {
      const [a, b] = stores()
      for (let round = 0; round < ROUNDS; round += 1) {
        const login = makeRememberMe({ userId: `usr_lineage_${round}` })
        await a.write([insertion(login)])
        const requirement: Change =
          round % 2 === 0
            ? { do: 'replace credential', next: { ...login, hash: 'rotated', version: 2 }, ifVersion: 1 }
            : { do: 'require credential', id: login.id }
        const starting: Change[] = [requirement, insertion(makeSession({ lineage: login.id, startedBy: login.id, userId: login.userId }))]
        const revoking: Change[] = [{ do: 'revoke credentials', where: { lineage: login.id }, reason: 'revoked', at: 1, mustMatch: true }]
        const [, revoked] = await race(
          round >> 1,
          () => a.write(starting),
          () => b.write(revoking),
        )
        assert.ok(revoked.committed)
        assert.deepEqual(await a.credentials.listByUser(login.userId), [], `round ${round}`)
      }
    })

    test('A subscription skips and repeats no entry, with several concurrent writers.', async () => {
      const [reader] = stores()
      const first = await reader.log.subscribe(0).next()
      const subscription = reader.log.subscribe(first.value.position)
      const writers = await Promise.all(Array.from({ length: 6 }, () => backend.open()))
      const expected = writers.flatMap((_, writer) => Array.from({ length: 25 }, (__, index) => `w${writer}-${index}`))
      const writing = Promise.all(
        writers.map(async (store, writer) => {
          for (let index = 0; index < 25; index += 1) {
            const sid = `w${writer}-${index}`
            await store.write([
              { do: 'append audit event', event: makeAuditEvent() },
              { do: 'append entry', entry: { kind: 'changed', sid, at: Date.now(), roles: [] } },
            ])
          }
        }),
      )
      const received: string[] = []
      for await (const { entries } of subscription) {
        // A new connection may append a revocation again.
        received.push(...entries.flatMap((entry) => (entry.kind === 'changed' ? [entry.sid] : [])))
        if (received.length >= expected.length) break
      }
      await writing
      assert.deepEqual(received.toSorted(), expected.toSorted())
      for (const [writer] of writers.entries()) {
        const own = received.filter((sid) => sid.startsWith(`w${writer}-`))
        assert.deepEqual(
          own,
          expected.filter((sid) => sid.startsWith(`w${writer}-`)),
        )
      }
      for (const store of writers) await store.close()
    })

    test('An entry appended by another connection is received at once.', async (t) => {
      const [a, b] = stores()
      const first = await a.log.subscribe(0).next()
      const subscription = a.log.subscribe(first.value.position)
      await subscription.next()
      const delays: number[] = []
      for (let round = 0; round < 20; round += 1) {
        await pause(17)
        await b.write([{ do: 'append entry', entry: { kind: 'keys', at: Date.now() } }])
        const appended = performance.now()
        while ((await subscription.next()).value.entries.length === 0);
        delays.push(performance.now() - appended)
      }
      await subscription.return?.()
      t.diagnostic(`received ${delays.map((delay) => delay.toFixed(1)).join(', ')} ms after the write`)
      assert.ok((delays.toSorted((x, y) => x - y)[10] ?? Number.NaN) < 100)
    })

    test('No two points taken through several connections get the same count.', async () => {
      const [a, b] = stores()
      const limit = { points: 5, window: 60_000 }
      const counts = await Promise.all(
        Array.from({ length: 60 }, (_, index) => (index % 2 ? a : b).limits.take('shared', limit, 1_800_000_000_000)),
      )
      assert.deepEqual(
        counts.map(({ taken }) => taken).toSorted((x, y) => x - y),
        counts.map((_, index) => index + 1),
      )
    })
  })
}
