// Stopping a server: it fails readiness first, completes pending requests, writes pending updates, and exits with 0.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { requestOnce, sendBytes } from '../support/raw-http.ts'
import { startServer, temporaryFolder } from '../support/server.ts'
import { PASSWORD, TestClient } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

let folder = ''
before(async () => {
  folder = await temporaryFolder()
})
after(() => rm(folder, { recursive: true, force: true }))

test('On SIGTERM it fails readiness, completes a slow request, and exits with 0', async () => {
  await using server = await startServer({ folder })
  await new TestClient(server.url).register('Slow')
  const body = JSON.stringify({ username: 'Slow', password: PASSWORD })
  const head = `POST /access/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
  const statuses: number[] = []
  // Half of the body before the signal, the other half well after the port has closed.
  const slow = sendBytes(server.url, head + body.slice(0, 10), async (write) => {
    await waitFor('the port to be closed', () =>
      requestOnce(server.url, '/livez').then(
        () => false,
        () => true,
      ),
    )
    write(body.slice(10))
  })
  await pause(50)
  const stopped = server.stop('SIGTERM')
  await waitFor('readiness to fail', async () => {
    const { status, text } = await requestOnce(server.url, '/readyz')
    statuses.push(status)
    if (status === 503) equal(JSON.parse(text).status, 'stopping')
    return status === 503
  })
  equal((await requestOnce(server.url, '/livez')).headers.connection, 'close')
  const answer = await slow
  match(answer, /^HTTP\/1\.1 200 OK\r\n/)
  match(answer, /\r\nConnection: close\r\n/i)
  equal(await stopped, 0)
})

test('Pending updates of lastSeenAt are written at the stop', async () => {
  let client: TestClient
  let [usedAt, startedAt] = [0, 0]
  {
    await using server = await startServer({ folder })
    client = new TestClient(server.url)
    startedAt = Date.parse((await client.register('Seen')).json.session.startedAt)
    await pause(300)
    usedAt = Date.now()
    equal((await client.call('GET', '/access/session')).status, 200)
    equal(await server.stop('SIGTERM'), 0)
  }
  await using again = await startServer({ folder })
  const { json } = await client.forServer(again.url).callWithCookies('GET', '/access/sessions', { headers: { 'x-latchkey-passive': '1' } })
  const lastSeenAt = Date.parse(json[0].lastSeenAt)
  ok(lastSeenAt >= usedAt, `seen ${lastSeenAt - startedAt} ms after it began`)
})

test('A second signal does not wait', async () => {
  await using server = await startServer({ folder })
  const held = sendBytes(
    server.url,
    'POST /access/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
  ).catch(() => '')
  await pause(50)
  const began = performance.now()
  server.process.kill('SIGTERM')
  await pause(20)
  equal(await server.stop('SIGTERM'), 1)
  ok(performance.now() - began < 2_000)
  equal(await held, '')
})

test('Idle connections are closed at once, so that a stop is fast', async () => {
  await using server = await startServer({ folder })
  const idle = sendBytes(server.url, 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await pause(100)
  const began = performance.now()
  equal(await server.stop('SIGTERM'), 0)
  ok(performance.now() - began < 1_500, `it took ${Math.round(performance.now() - began)} ms`)
  deepEqual((await idle).match(/^HTTP\/1\.1 200/gm)?.length, 1)
})
