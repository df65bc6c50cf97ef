// Two connections and more on one store, at the same time: whoever comes second must not undo what the first has done.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Change, Store, WriteResult } from '../../src/ports/store.ts'
import { anAuditEvent, makeRememberMe, makeSession, makeUser } from '../../src/testing/index.ts'
import { BACKEND_NAMES, type Backend, startBackend } from '../support/backends.ts'

const ROUNDS = 40

const inserting = (record: ReturnType<typeof makeSession> | ReturnType<typeof makeRememberMe>): Change => ({
  do: 'insert credential',
  record,
})

/** Lets two writes loose, one a little after the other, now this one first, now that one. */
async function race(
  round: number,
  one: () => Promise<WriteResult>,
  other: () => Promise<WriteResult>,
): Promise<readonly [WriteResult, WriteResult]> {
  const late = async (write: () => Promise<WriteResult>, by: number) => {
    if (by > 0) await pause(by)
    return write()
  }
  const lead = (round % 9) - 4
  return Promise.all([late(one, Math.max(0, lead) / 2), late(other, Math.max(0, -lead) / 2)])
}

for (const name of BACKEND_NAMES) {
  void suite(`${name}, several connections`, () => {
    let place: Backend
    let [one, other]: Store[] = []
    const stores = () => {
      assert.ok(one && other)
      return [one, other] as const
    }
    before(async () => {
      place = await startBackend(name)
      ;[one, other] = [await place.open(), await place.open()]
    })
    after(async () => {
      await one?.close()
      await other?.close()
      await place[Symbol.asyncDispose]()
    })

    test('Of two that replace or end the same credential, one succeeds.', async () => {
      const [a, b] = stores()
      for (let round = 0; round < ROUNDS; round += 1) {
        const session = makeSession()
        await a.write([inserting(session)])
        const replacing = (hash: string): Change[] => [{ do: 'replace credential', next: { ...session, hash, version: 2 }, ifVersion: 1 }]
        const replaced = await race(
          round,
          () => a.write(replacing('a')),
          () => b.write(replacing('b')),
        )
        assert.equal(replaced.filter(({ committed }) => committed).length, 1)
        const ending: Change[] = [{ do: 'revoke credentials', where: { id: session.id }, reason: 'revoked', at: 1, mustMatch: true }]
        const ended = await race(
          round,
          () => a.write(ending),
          () => b.write(ending),
        )
        assert.equal(ended.filter(({ committed }) => committed).length, 1)
      }
    })

    test('A sign-in that meets a change of the password, or the deletion of the user, leaves nothing behind.', async () => {
      const [a, b] = stores()
      let landed = 0
      for (let round = 0; round < ROUNDS; round += 1) {
        const user = makeUser()
        const { id } = user
        await a.write([{ do: 'insert user', user }, inserting(makeSession({ userId: id }))])
        const everything: Change = { do: 'revoke credentials', where: { userId: id, except: [] }, reason: 'revoked', at: 1 }
        const changing: Change[] = [{ do: 'replace user', next: { ...user, passwordHash: 'new', version: 2 }, ifVersion: 1 }, everything]
        const deleting: Change[] = [everything, { do: 'delete user', id }]
        const signingIn: Change[] = [
          { do: 'require user', id, version: 1 },
          inserting(makeSession({ userId: id })),
          { do: 'append audit event', event: anAuditEvent({ userId: id }) },
        ]
        const [signedIn, changed] = await race(
          round,
          () => a.write(signingIn),
          () => b.write(round % 2 ? changing : deleting),
        )
        assert.ok(changed.committed)
        landed += Number(signedIn.committed)
        assert.deepEqual(await a.credentials.listByUser(id), [], `round ${round}`)
      }
      assert.ok(landed > 0 && landed < ROUNDS, `both orders must have come up: ${landed} of ${ROUNDS}`)
    })

    test('A session started from a remembered login that meets a sign-out leaves nothing behind.', async () => {
      const [a, b] = stores()
      for (let round = 0; round < ROUNDS; round += 1) {
        const login = makeRememberMe({ userId: `usr_lineage_${round}` })
        await a.write([inserting(login)])
        const held: Change =
          round % 2 === 0
            ? { do: 'replace credential', next: { ...login, hash: 'rotated', version: 2 }, ifVersion: 1 }
            : { do: 'require credential', id: login.id }
        const starting: Change[] = [held, inserting(makeSession({ lineage: login.id, startedBy: login.id, userId: login.userId }))]
        const ending: Change[] = [{ do: 'revoke credentials', where: { lineage: login.id }, reason: 'revoked', at: 1, mustMatch: true }]
        const [, ended] = await race(
          round >> 1,
          () => a.write(starting),
          () => b.write(ending),
        )
        assert.ok(ended.committed)
        assert.deepEqual(await a.credentials.listByUser(login.userId), [], `round ${round}`)
      }
    })

    test('Who follows the log skips no entry and hears none twice, however many append at once.', async () => {
      const [follower] = stores()
      const begun = await follower.log.subscribe(0).next()
      const following = follower.log.subscribe(begun.value.position)
      const writers = await Promise.all(Array.from({ length: 6 }, () => place.open()))
      const expected = writers.flatMap((_, writer) => Array.from({ length: 25 }, (__, index) => `w${writer}-${index}`))
      const writing = Promise.all(
        writers.map(async (store, writer) => {
          for (let index = 0; index < 25; index += 1) {
            const sid = `w${writer}-${index}`
            await store.write([
              { do: 'append audit event', event: anAuditEvent() },
              { do: 'append entry', entry: { kind: 'changed', sid, at: Date.now(), roles: [] } },
            ])
          }
        }),
      )
      const heard: string[] = []
      for await (const { entries } of following) {
        // An ending may be told again by whoever opens a connection.
        heard.push(...entries.flatMap((entry) => (entry.kind === 'changed' ? [entry.sid] : [])))
        if (heard.length >= expected.length) break
      }
      await writing
      assert.deepEqual(heard.toSorted(), expected.toSorted())
      for (const [writer] of writers.entries()) {
        const own = heard.filter((sid) => sid.startsWith(`w${writer}-`))
        assert.deepEqual(
          own,
          expected.filter((sid) => sid.startsWith(`w${writer}-`)),
        )
      }
      for (const store of writers) await store.close()
    })

    test('What another connection appends is heard at once.', async (t) => {
      const [a, b] = stores()
      const begun = await a.log.subscribe(0).next()
      const following = a.log.subscribe(begun.value.position)
      await following.next()
      const delays: number[] = []
      for (let round = 0; round < 20; round += 1) {
        await pause(17)
        await b.write([{ do: 'append entry', entry: { kind: 'keys', at: Date.now() } }])
        const appended = performance.now()
        while ((await following.next()).value.entries.length === 0);
        delays.push(performance.now() - appended)
      }
      await following.return?.()
      t.diagnostic(`heard ${delays.map((delay) => delay.toFixed(1)).join(', ')} ms after it was written`)
      assert.ok((delays.toSorted((x, y) => x - y)[10] ?? Number.NaN) < 100)
    })

    test('Of points taken through several connections no two are the same.', async () => {
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
