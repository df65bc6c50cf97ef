// Latchkey embedded in several host processes shares everything through the same stores.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createLatchkey, type Latchkey } from '../../src/index.ts'
import { BACKEND_NAMES, type Backend, startBackend } from '../support/backends.ts'
import { waitFor } from '../support/wait-for.ts'
import { countConcurrently, PROCESSES } from './concurrent-counter.ts'

const PASSWORD = 'blue-tulip-under-7-moons'
/** In all: `npm run drill` has ten thousand. */
const INCREMENTS = 800

for (const name of BACKEND_NAMES) {
  void suite(`${name}, several hosts`, () => {
    let place: Backend
    let hosts: readonly Latchkey[] = []
    const host = (index: number) => {
      const found = hosts[index]
      ok(found)
      return found
    }
    before(async () => {
      place = await startBackend(name)
      const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LATCHKEY_SECRET: secret } = place.env
      const make = () => createLatchkey({ databaseUrl, redisUrl, secret, loginLimit: '5/5m,1000/5m' })
      hosts = [await make(), await make()]
    })
    after(async () => {
      for (const each of hosts) await each.close()
      await place[Symbol.asyncDispose]()
    })

    async function signIn(username: string) {
      const signedIn = await host(0).register({ username, password: PASSWORD })
      ok('token' in signedIn)
      return { ...signedIn, credential: signedIn.sessionCredential?.value ?? '' }
    }

    const withToken = (token: string) => new Request('http://localhost/', { headers: { authorization: `Bearer ${token}` } })
    const withSession = (value: string) => new Request('http://localhost/', { headers: { authorization: `Session ${value}` } })

    test('What one issues the other accepts, and what one ends the other refuses within a second', async (t) => {
      const { token, credential, user } = await signIn('Shared')
      for (const request of [withToken(token.token), withSession(credential)]) {
        const seen = await host(1).authenticate(request)
        ok(seen.ok)
        equal(seen.principal.userId, user.id)
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

    test('What an operator revokes at large ends in every host, and all of them are counted by the roll call', async () => {
      const [early, late] = [await signIn('Early'), await signIn('Late')]
      const all = await host(0).users.revoke({ all: true }, { dryRun: true })
      ok('users' in all && all.users >= 2 && all.sessions >= 2)
      deepEqual(await host(0).users.revoke({ lineage: early.session.id }, { dryRun: true }), { users: 1, sessions: 1, rememberMe: 0 })
      ok((await host(1).authenticate(withToken(early.token.token))).ok, 'a dry run ends nothing')
      deepEqual(await host(0).users.revoke({ lineage: early.session.id }), { users: 1, sessions: 1, rememberMe: 0 })
      const { milliseconds, ...heard } = await host(0).confirmPropagation()
      deepEqual(heard, { processes: 2, verifiers: 0, behind: 0 })
      ok(milliseconds !== null && milliseconds < 1_000, `${milliseconds} ms`)
      equal((await host(1).authenticate(withToken(early.token.token))).ok, false)
      ok((await host(1).authenticate(withToken(late.token.token))).ok)
      const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LATCHKEY_SECRET: secret } = place.env
      const script = await createLatchkey({ databaseUrl, redisUrl, secret }, { acceptsCredentials: false })
      deepEqual(await script.users.revoke({ all: true }), { ...all, users: all.users - 1, sessions: all.sessions - 1 })
      equal((await script.confirmPropagation()).processes, 2, 'who accepts nothing is not counted')
      await script.close()
      equal((await host(1).authenticate(withToken(late.token.token))).ok, false)
    })

    test('Login limits hold exactly, however the guesses are spread over the hosts', async () => {
      await signIn('Guessed')
      const guesses = await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          host(index % 2).login({ username: 'Guessed', password: 'not-the-password' }, { ip: '192.0.2.1', userAgent: '' }),
        ),
      )
      const codes = guesses.map((guess) => ('code' in guess ? guess.code : 'signed in'))
      deepEqual(Object.fromEntries(Object.entries(Object.groupBy(codes, (code) => code)).map(([code, all]) => [code, all?.length])), {
        'credentials.invalid': 5,
        'rate.limited': 25,
      })
    })

    test(`Of ${INCREMENTS} additions by ${PROCESSES} processes at once none is lost`, async (t) => {
      const { credential } = await signIn('Counted')
      const conflicts = await countConcurrently(place.env, credential, INCREMENTS)
      t.diagnostic(`${conflicts} times somebody else had been first`)
      const seen = await host(1).authenticate(withSession(credential))
      ok(seen.ok)
      const read = await host(1).data(seen.principal)
      ok('data' in read)
      equal(read.data.count, INCREMENTS)
      ok(conflicts > 0, 'they must have met')
    })
  })
}
