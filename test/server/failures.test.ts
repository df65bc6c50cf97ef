// Database faults under a running server: it answers 503, reports which part is down, keeps running, and recovers by itself.

import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { type RunningServer, runCommand, startServer, temporaryFolder } from '../support/server.ts'
import { request, TestClient, type TestResponse } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

const isReady = async (server: RunningServer) => (await request(server.url, 'GET', '/readyz')).status === 200

async function assertStoreIsDown(server: RunningServer): Promise<string> {
  const { status, json } = await request(server.url, 'GET', '/readyz')
  deepEqual([status, json.status], [503, 'failing'])
  notEqual(json.parts.store, 'ok')
  equal(json.parts.keys, 'ok')
  equal((await request(server.url, 'GET', '/livez')).status, 200, 'the process is running')
  return json.parts.store
}

function assertUnavailable({ status, headers, json, text }: TestResponse): void {
  deepEqual([status, json?.code], [503, 'store.unavailable'], text)
  match(String(headers.get('retry-after')), /^\d+$/)
  match(String(headers.get('content-type')), /problem\+json/)
  equal(/sqlite|latchkey\.db/i.test(text), false, 'no internals are revealed')
}

const SYSTEM = { mount: 'mount', umount: 'umount' } as const

/** Mounts a small disk of so many megabytes on a folder; returns how to unmount it, or undefined where mounting is not permitted. */
function smallDisk(folder: string, megabytes: number): (() => void) | undefined {
  mkdirSync(folder, { recursive: true })
  try {
    execFileSync(SYSTEM.mount, ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'latchkey-small-disk', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  return () => execFileSync(SYSTEM.umount, ['--lazy', folder])
}

/** Records audit events until one is refused; returns how many were acknowledged. */
async function fill(client: TestClient): Promise<{ acknowledged: number; refusal: TestResponse }> {
  const detail = { padding: 'x'.repeat(3_500) }
  for (let acknowledged = 0; ; acknowledged += 1) {
    const reply = await client.callWithToken('POST', '/access/audit-events', { body: { action: 'disk.fill', detail } })
    if (reply.status !== 201) return { acknowledged, refusal: reply }
  }
}

async function recorded(client: TestClient): Promise<number> {
  let count = 0
  for (let next: string | null = ''; next !== null; ) {
    const { json }: TestResponse = await client.callWithToken(
      'GET',
      `/access/audit-events?limit=200${next && `&before=${encodeURIComponent(next)}`}`,
    )
    count += json.events.filter(({ action }: { action: string }) => action === 'disk.fill').length
    next = json.next
  }
  return count
}

describe('A full disk', () => {
  test('answers writes with 503, keeps acknowledged data and sign-ins, and recovers when there is space', async (t) => {
    const folder = await temporaryFolder()
    const unmount = smallDisk(join(folder, 'disk'), 3)
    if (unmount === undefined)
      return t.skip('needs permission to mount a small disk; the tests of the SQLite store cover the same by a limit on the file')
    try {
      const ballast = join(folder, 'disk', 'ballast')
      writeFileSync(ballast, Buffer.alloc(800_000))
      await using server = await startServer({ folder: join(folder, 'disk') })
      const client = new TestClient(server.url)
      await client.register('Fuller')
      const { acknowledged, refusal } = await fill(client)
      ok(acknowledged > 10)
      assertUnavailable(refusal)
      match(await assertStoreIsDown(server), /the disk is full/)
      // Reads and checks still work; a logout that cannot be written is an error, never "signed out".
      equal((await client.callWithCookies('GET', '/access/session')).status, 200)
      equal(await recorded(client), acknowledged)
      assertUnavailable(await client.callWithToken('POST', `/access/logout/${client.userId}`))
      equal((await client.callWithToken('GET', '/access/session')).status, 200)

      rmSync(ballast)
      await waitFor('readiness', () => isReady(server))
      equal((await fill(client)).acknowledged > 10, true)
      match(server.output(), /the disk is full/)
      equal(await server.stop('SIGKILL'), null)
    } finally {
      unmount()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

test('A database locked by another process causes 503 after at most two seconds, until the lock is released', async () => {
  await using server = await startServer()
  const client = new TestClient(server.url)
  await client.register('Locker')
  const other = new DatabaseSync(join(server.folder, 'latchkey.db'))
  other.exec('BEGIN EXCLUSIVE')
  const began = performance.now()
  const writing = client.callWithToken('POST', '/access/audit-events', { body: { action: 'order.placed' } })
  // Only writes are locked: cached credentials work, and nothing waits behind the writer.
  equal((await client.callWithToken('GET', '/access/session')).status, 200)
  ok(performance.now() - began < 1_000)
  assertUnavailable(await writing)
  ok(performance.now() - began < 4_000)
  match(await assertStoreIsDown(server), /locked by another process/)

  const waiting = client.callWithToken('POST', '/access/audit-events', { body: { action: 'order.placed' } })
  other.exec('COMMIT')
  other.close()
  equal((await waiting).status, 201, 'a request that waits when the lock is released succeeds')
  ok(await isReady(server))
})

test('A database damaged while it is in use causes 503, and the process keeps running until it is restored', async () => {
  const folder = await temporaryFolder()
  try {
    const path = join(folder, 'latchkey.db')
    {
      await using first = await startServer({ folder })
      const registering = new TestClient(first.url)
      await registering.register('Damaged', { remember: true })
      equal(await first.stop(), 0)
      copyFileSync(path, `${path}.backup`)
      await using server = await startServer({ folder })
      const here = registering.forServer(server.url)
      const size = statSync(path).size
      const file = await open(path, 'r+')
      await file.write(Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096)
      await file.close()
      // Nothing is cached in this server yet: every check reads, and finds the damage.
      const refused = await here.callWithCookies('GET', '/access/session')
      assertUnavailable(refused)
      assertUnavailable(
        await new TestClient(server.url).callWithCookies('POST', '/access/login', { body: { username: 'Damaged', password: 'x' } }),
      )
      match(await assertStoreIsDown(server), /damaged/)
      equal(await server.stop(), 0)
    }
    const refusedStart = await runCommand(['serve'], { folder })
    equal(refusedStart.code, 1)
    match(refusedStart.stderr, /^latchkey: The database latchkey\.db is damaged[^\n]*restore a backup\.\n$/)
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
    copyFileSync(`${path}.backup`, path)
    await using again = await startServer({ folder })
    await new TestClient(again.url).login('Damaged')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
