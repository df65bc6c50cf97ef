// Latchkey embedded in several host processes that share the same stores.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createLatchkey, type Latchkey } from '../../src/index.ts'
import { BACKEND_NAMES, type Backend, startBackend } from '../support/backends.ts'
import { waitFor } from '../support/wait-for.ts'
import { countConcurrently, PROCESSES } from './concurrent-counter.ts'

const PASSWORD = 'blue-tulip-under-7-moons'
/** In total; `npm run drill` makes ten thousand. */
const INCREMENTS = 800

for (const name of BACKEND_NAMES) {
  void suite(`${name}, several hosts`, () => {
    let backend: Backend
    let hosts: readonly Latchkey[] = []
    const host = (index: number) => {
      const found = hosts[index]
      ok(found)
      return found
    }
    before(async () => {
      backend = await startBackend(name)
      const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LATCHKEY_SECRET: secret } = backend.env
      const make = () => createLatchkey({ databaseUrl, redisUrl, secret, loginLimit: '5/5m,1000/5m' })
      hosts = [await make(), await make()]
    })
    after(async () => {
      for (const each of hosts) await each.close()
      await backend[Symbol.asyncDispose]()
    })

    async function signIn(username: string) {
      const signedIn = await host(0).register({ username, password: PASSWORD })
      ok('token' in signedIn)
      return { ...signedIn, credential: signedIn.sessionCredential?.value ?? '' }
    }

    const withToken = (token: string) => new Request('http://localhost/', { headers: { authorization: `Bearer ${token}` } })
    const withSession = (value: string) => new Request('http://localhost/', { headers: { authorization: `Session ${value}` } })

    test('A credential issued by one host is accepted by the other, and its revocation takes effect there within a second', async (t) => {
      const { token, credential, user } = await signIn('Shared')
      for (const request of [withToken(token.token), withSession(credential)]) {
        const result = await host(1).authenticate(request)
        ok(result.ok)
        equal(result.principal.userId, user.id)
      }
      const principal = await host(0).authenticate(withSession(credential))
      ok(principal.ok)
      await host(0).logout(principal.principal)
      const ended = performance.now()
      await waitFor('the other host to refuse', async () => !(await host(1).authenticate(withToken(token.token))).ok)
      t.diagnostic(`refused ${(performance.now() - ended).toFixed(1)} ms after the sign-out`)
      ok(performance.now() - ended < 1_000)
      equal((await host(1).authenticate(withSession(credential))).ok, false)
    })

    test('Bulk revocation takes effect in every host, and confirmPropagation counts all of them', async () => {
      const [early, late] = [await signIn('Early'), await signIn('Late')]
      const all = await host(0).users.revoke({ all: true }, { dryRun: true })
      ok('users' in all && all.users >= 2 && all.sessions >= 2)
      deepEqual(await host(0).users.revoke({ lineage: early.session.id }, { dryRun: true }), { users: 1, sessions: 1, rememberMe: 0 })
      ok((await host(1).authenticate(withToken(early.token.token))).ok, 'a dry run revokes nothing')
      deepEqual(await host(0).users.revoke({ lineage: early.session.id }), { users: 1, sessions: 1, rememberMe: 0 })
      const { milliseconds, ...report } = await host(0).confirmPropagation()
      deepEqual(report, { processes: 2, verifiers: 0, behind: 0 })
      ok(milliseconds !== null && milliseconds < 1_000, `${milliseconds} ms`)
      equal((await host(1).authenticate(withToken(early.token.token))).ok, false)
      ok((await host(1).authenticate(withToken(late.token.token))).ok)
      const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LATCHKEY_SECRET: secret } = backend.env
      const script = await createLatchkey({ databaseUrl, redisUrl, secret }, { acceptsCredentials: false })
      deepEqual(await script.users.revoke({ all: true }), { ...all, users: all.users - 1, sessions: all.sessions - 1 })
      equal((await script.confirmPropagation()).processes, 2, 'a process that accepts no credentials is not counted')
      await script.close()
      equal((await host(1).authenticate(withToken(late.token.token))).ok, false)
    })

    test('Login limits are exact, however the attempts are spread over the hosts', async () => {
      await signIn('Guessed')
      const attempts = await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          host(index % 2).login({ username: 'Guessed', password: 'not-the-password' }, { ip: '192.0.2.1', userAgent: '' }),
        ),
      )
      const codes = attempts.map((guess) => ('code' in guess ? guess.code : 'signed in'))
      deepEqual(Object.fromEntries(Object.entries(Object.groupBy(codes, (code) => code)).map(([code, all]) => [code, all?.length])), {
        'credentials.invalid': 5,
        'rate.limited': 25,
      })
    })

    test(`Of ${INCREMENTS} concurrent increments by ${PROCESSES} processes none is lost`, async (t) => {
      const { credential } = await signIn('Counted')
      const conflicts = await countConcurrently(backend.env, credential, INCREMENTS)
      t.diagnostic(`${conflicts} version conflicts`)
      const result = await host(1).authenticate(withSession(credential))
      ok(result.ok)
      const read = await host(1).data(result.principal)
      ok('data' in read)
      equal(read.data.count, INCREMENTS)
      ok(conflicts > 0, 'there must have been conflicts')
    })
  })
}
