// Imports concurrent with other writers, and the set of seen usernames.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { type ImportLine, importUsers } from '../../src/engine/import-users.ts'
import { SeenUsernames } from '../../src/engine/seen-usernames.ts'
import type { Change, Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { startInProcess } from '../support/in-process.ts'

const HASH = 'pbkdf2_sha256$10$salt$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI='

function lines(count: number): readonly ImportLine[] {
  return Array.from({ length: count }, (_, index) => ({ line: index + 1, values: { username: `user${index}`, hash: HASH } }))
}

test('a username taken at the moment of the write is reported as present, and the others are imported', async () => {
  const store = createMemoryStore()
  let isFirst = true
  const contended: Store = {
    ...store,
    async write(changes: readonly Change[]) {
      const theirs = changes.find((change) => change.do === 'insert user' && change.user.username === 'user3')
      if (isFirst && theirs?.do === 'insert user') {
        isFirst = false
        await store.write([{ do: 'insert user', user: { ...theirs.user, id: 'usr_other', email: 'first@example.com' } }])
      }
      return store.write(changes)
    },
  }
  await using app = await startInProcess({}, { store: contended })
  const outcomes: string[] = []
  for await (const { outcome } of importUsers(app.engine, lines(6))) outcomes.push(outcome)
  deepEqual(outcomes, ['imported', 'imported', 'imported', 'present', 'imported', 'imported'])
  equal((await store.users.findByUsernameKey('user3'))?.email, 'first@example.com')
  equal((await store.users.page(null, 100)).length, 6)
})

test('a Werkzeug hash with blanks around it is imported unchanged, and replaced at the next sign-in', async () => {
  await using app = await startInProcess()
  const werkzeug = 'pbkdf2:sha1:1000$25MfNzwdR5AgaFVD$1e2245c4bd6cd1ea0cdf134a0b8bc0327e7d7dee'
  const rows = [
    { line: 1, values: { username: ' ada  ', hash: `\n ${werkzeug} \r\n`, email: ' ada@example.com ' } },
    { line: 2, values: { username: 'bob', hash: ' \n' } },
  ]
  const outcomes: string[] = []
  for await (const result of importUsers(app.engine, rows)) outcomes.push(result.outcome === 'refused' ? result.reason : result.outcome)
  deepEqual(outcomes, ['imported', 'the hash is missing: a user without a password cannot sign in'])
  const stored = async () => app.engine.store.users.findByUsernameKey('ada')
  const imported = await stored()
  deepEqual([imported?.username, imported?.passwordHash, imported?.email], ['ada', werkzeug, 'ada@example.com'])
  for (const _ of [1, 2]) {
    const { status } = await app.call('POST', '/access/login', { body: { username: 'Ada', password: 'correct horse ﬁsh Ä' } })
    equal(status, 200)
    ok((await stored())?.passwordHash?.startsWith('$argon2id$v=19$m=19456,'))
  }
})

test('stopping the iteration stops the import after complete batches', async () => {
  const store = createMemoryStore()
  await using app = await startInProcess({}, { store })
  for await (const { line } of importUsers(app.engine, lines(5000))) if (line === 1500) break
  equal((await store.users.page(null, 10_000)).length, 2000)
})

test('every seen username is recognised, and no other', () => {
  const seen = new SeenUsernames()
  const names = Array.from({ length: 200_000 }, (_, index) => `user-${index}`)
  for (const name of names) {
    ok(!seen.has(name), name)
    seen.add(name)
    seen.add(name)
  }
  for (const name of names) ok(seen.has(name), name)
})
