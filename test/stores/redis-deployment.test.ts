// Redis in the configurations of deployments: users with few permissions, TLS, sockets, protected mode, replicas. Each one works, or
// is refused in one line that says what to change.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { StoreError } from '../../src/domain/errors.ts'
import type { Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { aclCommandName, COMMANDS } from '../../src/stores/redis/permissions.ts'
import { openRedisStore } from '../../src/stores/redis/redis-store.ts'
import { checkEvictionPolicy, checkVersion } from '../../src/stores/redis/server-requirements.ts'
import { makeSession, storeConformance } from '../../src/testing/index.ts'
import { makeCertificate } from '../support/certificate.ts'
import { freePort } from '../support/raw-http.ts'
import { type RunningRedis, startRedis, startRedisCluster } from '../support/redis.ts'
import { runCommand, startServer, temporaryFolder } from '../support/server.ts'
import { TestClient } from '../support/test-client.ts'

let redis: RunningRedis
let folder = ''
let permissions: readonly string[] = []
before(async () => {
  folder = await temporaryFolder()
  redis = await startRedis('--appendfsync', 'no')
  const guide = await readFile(new URL('../../docs/operating.md', import.meta.url), 'utf8')
  const [, rule = ''] = /ACL SETUSER latchkey on >PASSWORD ([^`]+)```/.exec(guide) ?? []
  permissions = rule.trim().split(/\s+/)
  await redis.command('ACL', 'SETUSER', 'latchkey', 'on', '>right', ...permissions)
})
after(async () => {
  await redis[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** Each store has its own key prefix, which matches the pattern of the guide. */
const open = (url: string) => openRedisStore({ url, database: createMemoryStore(), prefix: `lk${randomBytes(6).toString('hex')}` })
const withUser = (user: string, url = redis.url) => url.replace('//', `//${user}@`)

const SECRET = { LATCHKEY_SECRET: 'a-secret-of-this-test-000000000000000000' }

async function assertRefused(url: string, pattern: RegExp): Promise<void> {
  await assert.rejects(open(url), (error) => {
    assert.ok(error instanceof StoreError, String(error))
    assert.match(error.message, pattern)
    assert.ok(!/\n|S3cret/.test(error.message), error.message)
    return true
  })
}

async function assertUsable(store: Store): Promise<void> {
  const session = makeSession()
  assert.equal((await store.write([{ do: 'insert credential', record: session }])).committed, true)
  assert.equal((await store.write([{ do: 'revoke credentials', where: { id: session.id }, reason: 'revoked', at: 1 }])).committed, true)
  await store.log.subscribe(0).next()
  await store.probe()
  await store.close()
}

storeConformance('Redis, with only the permissions of the guide', () => open(withUser('latchkey:right')))

test('The permissions in the guide are those that the store checks.', () => {
  const named = permissions.filter((each) => each.startsWith('+')).map((each) => each.slice(1))
  assert.deepEqual([...named].sort(), COMMANDS.map(aclCommandName).sort())
  assert.deepEqual(
    permissions.filter((each) => !each.startsWith('+')),
    ['resetchannels', '~lk*'],
  )
})

test('With `ACL SETUSER latchkey on >pw ~lk* +@all`, a server starts and works.', async () => {
  await redis.command('ACL', 'SETUSER', 'all', 'on', '>pw', '~lk*', '+@all')
  await using server = await startServer({ env: { REDIS_URL: withUser('all:pw'), ...SECRET } })
  await new TestClient(server.url).register('Ida')
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200)
})

test('Each missing permission is named at the start; one revoked later makes the store not ready.', async () => {
  for (const command of COMMANDS.map(aclCommandName)) {
    const user = `without-${command.replace('|', '-')}`
    await redis.command('ACL', 'SETUSER', user, 'on', '>pw', ...permissions, `-${command}`)
    const named = command.replace('|', ' ').toUpperCase()
    // EVAL is used only when Redis does not have the script yet.
    await assertRefused(
      withUser(`${user}:pw`),
      new RegExp(`does not permit the user to run ${named}: grant the command \\(ACL SETUSER … \\+${command.replace('|', '\\|')}\\)\\.$`),
    )
  }
  for (const keys of ['~other*', '~lk:*', '~lk-*', '%R~lk*']) {
    const user = `keys-${keys.replace(/\W/g, '')}-${keys.length}`
    await redis.command('ACL', 'SETUSER', user, 'on', '>pw', ...permissions, 'resetkeys', keys)
    await assertRefused(
      withUser(`${user}:pw`),
      /does not permit the user to (use its keys: grant all that begin with lk \(ACL SETUSER … ~lk\*\)|run SET)/,
    )
  }
  await redis.command('ACL', 'SETUSER', 'later', 'on', '>pw', ...permissions)
  const store = await open(withUser('later:pw'))
  await store.probe()
  await redis.command('ACL', 'SETUSER', 'later', '-rpush')
  await assert.rejects(store.probe(), /does not permit the user to run RPUSH/)
  await store.close()
})

test('Without INFO, with a wrong password or a wrong database number, serve exits with one line that says why.', async () => {
  await redis.command('ACL', 'SETUSER', 'blind', 'on', '>pw', '~lk*', '+@all', '-info')
  const cases: readonly (readonly [string, RegExp])[] = [
    [withUser('blind:pw'), /does not permit the user to run INFO: grant the command \(ACL SETUSER … \+info\)/],
    [withUser('latchkey:S3cret'), /rejects the user name or password/],
    [`${redis.url}/99`, /has no database with that number/],
  ]
  for (const [url, pattern] of cases) {
    const env = { ...SECRET, DATABASE_URL: 'sqlite::memory:', REDIS_URL: url }
    const { code, stdout, stderr } = await runCommand(['serve'], { folder, env })
    assert.deepEqual([code, stdout.includes('listens')], [1, false])
    assert.match(stderr, /^latchkey: REDIS_URL: Redis at 127\.0\.0\.1:\d+ [^\n]+\n$/)
    assert.match(stderr, pattern)
    assert.ok(!stderr.includes('S3cret'))
  }
})

test('A cluster works with these permissions as well.', async () => {
  await using cluster = await startRedisCluster()
  for (const master of cluster.masters) await master.command('ACL', 'SETUSER', 'latchkey', 'on', '>right', ...permissions, '+cluster|slots')
  await assertUsable(await open(withUser('latchkey:right', cluster.url)))
})

test('Passwords with special characters, a database number, and a Unix socket work.', async () => {
  const password = `a/b?c#d@e:f%g[h]i j"k'l&m\\n$é`
  await redis.command('ACL', 'SETUSER', 'signs', 'on', `>${password}`, ...permissions, '+select')
  await assertUsable(await open(`${withUser(`signs:${encodeURIComponent(password)}`)}/3`))
  const socket = join(folder, 'redis.sock')
  await using _local = await startRedis('--unixsocket', socket)
  await assertUsable(await open(`redis+unix://${socket}?db=1`))
  await assertRefused(`redis+unix:///nowhere.sock`, /^Redis at \/nowhere\.sock cannot be reached: the socket does not exist\.$/)
})

test('TLS: an untrusted certificate, another name, and the wrong protocol are reported; a trusted certificate works.', async () => {
  const { cert, key } = await makeCertificate(folder, ['localhost'])
  const port = await freePort()
  await using secure = await startRedis(
    '--tls-port',
    String(port),
    '--tls-cert-file',
    cert,
    '--tls-key-file',
    key,
    '--tls-auth-clients',
    'no',
    '--tls-ca-cert-file',
    cert,
  )
  await assertRefused(
    `rediss://localhost:${port}`,
    /presents a certificate that is not trusted \([A-Z_]+\): name the file of its CA with NODE_EXTRA_CA_CERTS=PATH in the environment\.$/,
  )
  await assertRefused(`redis://localhost:${port}`, /closed the connection: if it uses TLS, use rediss:\/\/\.$/)
  await assertRefused(`rediss://127.0.0.1:${secure.port}`, /(does not speak TLS on this port: use|if it does not use TLS, use) redis:\/\//)
  const env = { ...SECRET, NODE_EXTRA_CA_CERTS: cert }
  await using server = await startServer({ env: { ...env, REDIS_URL: `rediss://localhost:${port}` } })
  await new TestClient(server.url).register('Ida')
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200)
  const other = await runCommand(['serve'], { folder, env: { ...env, REDIS_URL: `rediss://127.0.0.1:${port}` } })
  assert.equal(other.code, 1)
  assert.match(
    other.stderr,
    /presents a certificate for another host name \(ERR_TLS_CERT_ALTNAME_INVALID\): connect to a name that the certificate contains/,
  )
  await using strict = await startRedis(
    '--tls-port',
    String(await freePort()),
    '--tls-cert-file',
    cert,
    '--tls-key-file',
    key,
    '--tls-ca-cert-file',
    cert,
  )
  const tlsPort = await strict.command('CONFIG', 'GET', 'tls-port')
  const withoutCertificate = await runCommand(['serve'], {
    folder,
    env: { ...env, REDIS_URL: `rediss://localhost:${tlsPort.trim().split('\n').at(-1)}` },
  })
  assert.equal(withoutCertificate.code, 1)
  assert.match(withoutCertificate.stderr, /requires (a )?client certificates?[:,] set tls-auth-clients to no/)
})

test('A server does not start on a replica, and protected mode is reported.', async () => {
  await using replica = await startRedis('--replicaof', '127.0.0.1', String(redis.port))
  const env = { DATABASE_URL: 'sqlite::memory:', ...SECRET, REDIS_URL: replica.url }
  const { code, stderr } = await runCommand(['serve'], { folder, env })
  assert.equal(code, 1)
  assert.match(stderr, /^latchkey: [^\n]*cannot be written: it is a replica; use the address of its master\.\n$/)
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((each) => each !== undefined && !each.internal && each.family === 'IPv4')
  if (outside === undefined) return
  await using guarded = await startRedis('--bind', '0.0.0.0', '--protected-mode', 'yes')
  await assertRefused(`redis://${outside.address}:${guarded.port}`, /is in protected mode: set a password there/)
})

test('An old version and an eviction policy are detected from INFO.', () => {
  assert.match(
    checkVersion('# Server\r\nredis_version:6.2.14\r\nredis_mode:standalone\r\n') ?? '',
    /^is version 6\.2\.14: Latchkey needs 7 or newer$/,
  )
  for (const fine of ['7.0.15', '7.2.4', '8.0.0', '10.1']) assert.equal(checkVersion(`redis_version:${fine}\r\n`), undefined)
  assert.equal(checkVersion(''), undefined)
  assert.match(
    checkEvictionPolicy('maxmemory:1000\r\nmaxmemory_policy:allkeys-lru\r\n') ?? '',
    /allkeys-lru\): set maxmemory-policy to noeviction$/,
  )
  assert.equal(checkEvictionPolicy('maxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n'), undefined)
})
