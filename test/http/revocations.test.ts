// GET /access/revocations: the revocation feed for other services of the deployment.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createLatchkey } from '../../src/index.ts'
import { EventParser, type ServerSentEvent } from '../../src/verify/server-sent-events.ts'
import { type RunningServer, runCommand, startServer } from '../support/server.ts'
import { request, TestClient } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'
import { makeServiceKey } from '../verify/verifier-fixture.ts'

const PATH = '/access/revocations'

let server: RunningServer
let authorization: string
before(async () => {
  server = await startServer()
  authorization = `Service ${await makeServiceKey(server)}`
})
after(() => server[Symbol.asyncDispose]())

interface Stream extends AsyncDisposable {
  readonly status: number
  readonly headers: Headers
  readonly events: (ServerSentEvent & { readonly at: number })[]
  readonly ended: boolean
}

async function listen(headers: Readonly<Record<string, string>> = {}, base = server.url): Promise<Stream> {
  const stopping = new AbortController()
  const response = await fetch(base + PATH, { headers: { authorization, ...headers }, signal: stopping.signal })
  const stream = {
    status: response.status,
    headers: response.headers,
    events: [] as Stream['events'],
    ended: false,
    async [Symbol.asyncDispose]() {
      stopping.abort()
    },
  }
  void (async () => {
    const parser = new EventParser('')
    const decoder = new TextDecoder()
    for await (const piece of response.body ?? []) {
      for (const event of parser.push(decoder.decode(piece, { stream: true }))) stream.events.push({ ...event, at: performance.now() })
    }
  })()
    .catch(() => {})
    .finally(() => {
      stream.ended = true
    })
  return stream
}

const named = (stream: Stream, name: string) => stream.events.filter((event) => event.name === name)
const sidsOf = (stream: Stream) => named(stream, 'revoked').map(({ data }) => JSON.parse(data).sid)

async function signedIn(): Promise<TestClient> {
  const client = new TestClient(server.url)
  await client.register(`User-${Math.random().toString(36).slice(2, 10)}`)
  return client
}

const signOut = (client: TestClient) => client.callWithToken('POST', `/access/logout/${client.userId}`)

test('A service key is valid from the moment it was created', async () => {
  const fresh = await makeServiceKey(server)
  await using stream = await listen({ authorization: `Service ${fresh}` })
  equal(stream.status, 200)
})

test('A revocation is sent at once, with session, time, reason and position', async () => {
  await using stream = await listen()
  match(stream.headers.get('content-type') ?? '', /^text\/event-stream/)
  equal(stream.headers.get('cache-control'), 'no-store')
  equal(stream.headers.get('x-content-type-options'), 'nosniff')
  const client = await signedIn()
  await signOut(client)
  const ended = performance.now()
  await waitFor('the revocation', () => sidsOf(stream).includes(client.sid))
  ok(performance.now() - ended < 1_000)
  const event = named(stream, 'revoked').at(-1)
  const { sid, at, reason, ...more } = JSON.parse(event?.data ?? '')
  deepEqual({ sid, reason, more }, { sid: client.sid, reason: 'revoked', more: {} })
  ok(Math.abs(Date.parse(at) - Date.now()) < 5_000 && at.endsWith('Z'))
  match(event?.lastEventId ?? '', /^\d+$/)
})

test('Heartbeats come at least every 250 ms, and not too often', async () => {
  await using stream = await listen()
  await waitFor('heartbeats', () => named(stream, 'heartbeat').length >= 9)
  const beats = named(stream, 'heartbeat').map(({ at }) => at)
  const gaps = beats.slice(1).map((at, index) => at - (beats[index] ?? 0))
  const median = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? Number.NaN
  ok(median > 80 && median <= 280, `median: ${median} ms`)
})

test('A client that resumes with Last-Event-ID gets the missed revocations, and no earlier ones', async () => {
  const [first, second] = [await signedIn(), await signedIn()]
  await using stream = await listen()
  await signOut(first)
  await waitFor('the first revocation', () => sidsOf(stream).includes(first.sid))
  const lastEventId = stream.events.at(-1)?.lastEventId ?? ''
  await stream[Symbol.asyncDispose]()
  await signOut(second)
  await using resumed = await listen({ 'last-event-id': lastEventId })
  await waitFor('a heartbeat', () => named(resumed, 'heartbeat').length > 0)
  deepEqual(sidsOf(resumed), [second.sid])
  equal(named(resumed, 'reset').length, 0)
})

test('Without Last-Event-ID all relevant revocations are sent before the first heartbeat', async () => {
  const client = await signedIn()
  await signOut(client)
  await using stream = await listen()
  await waitFor('a heartbeat', () => named(stream, 'heartbeat').length > 0)
  ok(sidsOf(stream).includes(client.sid))
  const [policy] = named(stream, 'policy')
  const { at, tokenLifetime } = JSON.parse(policy?.data ?? '')
  equal(tokenLifetime, 300)
  ok(Math.abs(Date.parse(at) - Date.now()) < 5_000)
})

for (const lastEventId of ['9007199254740991', 'nonsense', '-1', '1e3']) {
  test(`After an unknown Last-Event-ID, ${lastEventId}, a reset is sent`, async () => {
    const client = await signedIn()
    await signOut(client)
    await using stream = await listen({ 'last-event-id': lastEventId })
    await waitFor('a heartbeat', () => named(stream, 'heartbeat').length > 0)
    const [reset] = named(stream, 'reset')
    ok(Math.abs(Date.parse(JSON.parse(reset?.data ?? '').before) - Date.now()) < 5_000)
    ok(sidsOf(stream).includes(client.sid))
  })
}

test('Changed roles and changed keys are sent too', async () => {
  await using stream = await listen()
  const client = await signedIn()
  const { folder } = server
  equal((await runCommand(['user', 'set-roles', client.username, 'editor'], { folder })).code, 0)
  equal((await runCommand(['signing-key', 'rotate'], { folder })).code, 0)
  await waitFor('both', () => named(stream, 'changed').length > 0 && named(stream, 'keys').length > 0)
  const { sid, roles } = JSON.parse(named(stream, 'changed').at(-1)?.data ?? '')
  deepEqual({ sid, roles }, { sid: client.sid, roles: ['editor'] })
})

test('Only a service key opens the stream: no cookie, session, token or invalid key', async () => {
  const client = await signedIn()
  const refused: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['nothing', {}, 'session.required'],
    ['cookies', { cookie: client.cookieHeader }, 'session.required'],
    ['a token', { authorization: `Bearer ${client.token}` }, 'token.invalid'],
    ['a session', { authorization: `Session ${client.cookie('session')}` }, 'token.invalid'],
    ['a made-up key', { authorization: 'Service abc.def' }, 'token.invalid'],
    ['another scheme', { authorization: authorization.replace('Service', 'Bearer') }, 'token.invalid'],
    ['a key with something after it', { authorization: `${authorization}x` }, 'token.invalid'],
  ]
  for (const [what, headers, code] of refused) {
    const reply = await request(server.url, 'GET', PATH, { headers })
    deepEqual([reply.status, reply.json.code], [401, code], what)
    ok(reply.headers.get('www-authenticate'), what)
  }
  equal((await request(server.url, 'GET', '/access/session', { headers: { authorization } })).status, 401)
})

test('A removed key is refused and its stream is closed; other streams continue', async () => {
  const { folder } = server
  const added = JSON.parse((await runCommand(['service-key', 'create', 'till', '--json'], { folder })).stdout)
  const theirs = { authorization: `Service ${added.key}` }
  await using removed = await listen(theirs)
  await using other = await listen()
  await waitFor('both to be served', () => [removed, other].every((stream) => named(stream, 'heartbeat').length > 0))
  equal((await runCommand(['service-key', 'remove', added.id], { folder })).code, 0)
  await waitFor('the stream to end', () => removed.ended)
  equal((await request(server.url, 'GET', PATH, { headers: theirs })).status, 401)
  const count = named(other, 'heartbeat').length
  await waitFor('the other to go on', () => named(other, 'heartbeat').length > count)
  equal(other.ended, false)
})

test('A client that disconnects abruptly affects no other stream', async () => {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  socket.pause().write(`GET ${PATH} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: ${authorization}\r\n\r\n`)
  await pause(300)
  socket.destroy()
  await using stream = await listen()
  await waitFor('others to be served', () => named(stream, 'heartbeat').length > 0)
})

test('When the server stops, streams end at once', async () => {
  await using own = await startServer({ folder: server.folder })
  const streams = await Promise.all(Array.from({ length: 5 }, () => listen({}, own.url)))
  await waitFor('all to be served', () => streams.every((stream) => named(stream, 'heartbeat').length > 0))
  const began = performance.now()
  equal(await own.stop(), 0)
  ok(performance.now() - began < 2_000)
  await waitFor('all to have ended', () => streams.every(({ ended }) => ended))
})

test('When embedded, the Fetch handler serves the same stream, which ends when it closes', async () => {
  const latchkey = await createLatchkey({ databaseUrl: `sqlite:${server.folder}/latchkey.db`, publicUrl: server.publicUrl })
  const response = await latchkey.handler(new Request(`http://localhost${PATH}`, { headers: { authorization } }))
  equal(response.status, 200)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  ok(reader)
  let text = ''
  while (!text.includes('event: heartbeat')) text += (await reader.read()).value ?? ''
  await latchkey.close()
  for (;;) if ((await reader.read()).done) break
})
