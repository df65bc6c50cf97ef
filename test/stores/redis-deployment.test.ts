// Redis as it is found in deployments: users with few rights, TLS, sockets, protected mode, replicas. Each starts right, or is
// refused in one line that names the cure.

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

/** Each with keys of its own, which the pattern of the guide holds. */
const open = (url: string) => openRedisStore({ url, database: createMemoryStore(), prefix: `lk${randomBytes(6).toString('hex')}` })
const withUser = (user: string, url = redis.url) => url.replace('//', `//${user}@`)

const SECRET = { LATCHKEY_SECRET: 'a-secret-of-this-test-000000000000000000' }

async function assertRefused(url: string, words: RegExp): Promise<void> {
  await assert.rejects(open(url), (error) => {
    assert.ok(error instanceof StoreError, String(error))
    assert.match(error.message, words)
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

storeConformance('Redis, with the rights that the guide names and no others', () => open(withUser('latchkey:right')))

test('The rights in the guide are those that are looked for.', () => {
  const named = permissions.filter((each) => each.startsWith('+')).map((each) => each.slice(1))
  assert.deepEqual([...named].sort(), COMMANDS.map(aclCommandName).sort())
  assert.deepEqual(
    permissions.filter((each) => !each.startsWith('+')),
    ['resetchannels', '~lk*'],
  )
})

test('With `ACL SETUSER latchkey on >pw ~lk* +@all` a server starts and works.', async () => {
  await redis.command('ACL', 'SETUSER', 'all', 'on', '>pw', '~lk*', '+@all')
  await using server = await startServer({ env: { REDIS_URL: withUser('all:pw'), ...SECRET } })
  await new TestClient(server.url).register('Ida')
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200)
})

test('A right that is missing is named at the start, each by itself; one that is taken away makes the store not ready.', async () => {
  for (const command of COMMANDS.map(aclCommandName)) {
    const user = `without-${command.replace('|', '-')}`
    await redis.command('ACL', 'SETUSER', user, 'on', '>pw', ...permissions, `-${command}`)
    const named = command.replace('|', ' ').toUpperCase()
    // EVAL is used only where a script is not known yet.
    await assertRefused(
      withUser(`${user}:pw`),
      new RegExp(`withholds the command ${named} from its user: grant it \\(ACL SETUSER … \\+${command.replace('|', '\\|')}\\)\\.$`),
    )
  }
  for (const keys of ['~other*', '~lk:*', '~lk-*', '%R~lk*']) {
    const user = `keys-${keys.replace(/\W/g, '')}-${keys.length}`
    await redis.command('ACL', 'SETUSER', user, 'on', '>pw', ...permissions, 'resetkeys', keys)
    await assertRefused(
      withUser(`${user}:pw`),
      /withholds (keys from its user: grant all that begin with lk \(ACL SETUSER … ~lk\*\)|the command SET)/,
    )
  }
  await redis.command('ACL', 'SETUSER', 'later', 'on', '>pw', ...permissions)
  const store = await open(withUser('later:pw'))
  await store.probe()
  await redis.command('ACL', 'SETUSER', 'later', '-rpush')
  await assert.rejects(store.probe(), /withholds the command RPUSH/)
  await store.close()
})

test('The program says in one line what INFO, a wrong password or a wrong number of a database is missing, and ends.', async () => {
  await redis.command('ACL', 'SETUSER', 'blind', 'on', '>pw', '~lk*', '+@all', '-info')
  const cases: readonly (readonly [string, RegExp])[] = [
    [withUser('blind:pw'), /withholds the command INFO from its user: grant it \(ACL SETUSER … \+info\)/],
    [withUser('latchkey:S3cret'), /refuses the user name or the password/],
    [`${redis.url}/99`, /has no database of that number/],
  ]
  for (const [url, words] of cases) {
    const env = { ...SECRET, DATABASE_URL: 'sqlite::memory:', REDIS_URL: url }
    const { code, stdout, stderr } = await runCommand(['serve'], { folder, env })
    assert.deepEqual([code, stdout.includes('listens')], [1, false])
    assert.match(stderr, /^latchkey: REDIS_URL: Redis at 127\.0\.0\.1:\d+ [^\n]+\n$/)
    assert.match(stderr, words)
    assert.ok(!stderr.includes('S3cret'))
  }
})

test('A cluster works with these rights as well.', async () => {
  await using cluster = await startRedisCluster()
  for (const master of cluster.masters) await master.command('ACL', 'SETUSER', 'latchkey', 'on', '>right', ...permissions, '+cluster|slots')
  await assertUsable(await open(withUser('latchkey:right', cluster.url)))
})

test('Passwords with every sign, a number of a database, and a socket on this machine reach Redis.', async () => {
  const password = `a/b?c#d@e:f%g[h]i j"k'l&m\\n$é`
  await redis.command('ACL', 'SETUSER', 'signs', 'on', `>${password}`, ...permissions, '+select')
  await assertUsable(await open(`${withUser(`signs:${encodeURIComponent(password)}`)}/3`))
  const socket = join(folder, 'redis.sock')
  await using _local = await startRedis('--unixsocket', socket)
  await assertUsable(await open(`redis+unix://${socket}?db=1`))
  await assertRefused(`redis+unix:///nowhere.sock`, /^Redis at \/nowhere\.sock cannot be reached: there is no such socket\.$/)
})

test('With TLS: an untrusted certificate, another name, plain text to a TLS port and TLS to a plain one say so; a trusted one works.', async () => {
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
    /shows a certificate that is not trusted \([A-Z_]+\): name the file of its authority with NODE_EXTRA_CA_CERTS=PATH in the environment\.$/,
  )
  await assertRefused(`redis://localhost:${port}`, /has closed the connection; where it takes TLS alone, use rediss:\/\/\.$/)
  await assertRefused(`rediss://127.0.0.1:${secure.port}`, /(does not speak TLS on this port: use|where it takes no TLS, use) redis:\/\//)
  const env = { ...SECRET, NODE_EXTRA_CA_CERTS: cert }
  await using server = await startServer({ env: { ...env, REDIS_URL: `rediss://localhost:${port}` } })
  await new TestClient(server.url).register('Ida')
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200)
  const other = await runCommand(['serve'], { folder, env: { ...env, REDIS_URL: `rediss://127.0.0.1:${port}` } })
  assert.equal(other.code, 1)
  assert.match(
    other.stderr,
    /shows a certificate for another host name \(ERR_TLS_CERT_ALTNAME_INVALID\): connect to a name that stands in it/,
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
  const stdout = await strict.command('CONFIG', 'GET', 'tls-port')
  const asking = await runCommand(['serve'], {
    folder,
    env: { ...env, REDIS_URL: `rediss://localhost:${stdout.trim().split('\n').at(-1)}` },
  })
  assert.equal(asking.code, 1)
  assert.match(asking.stderr, /certificates? of (the )?clients?[:,] set tls-auth-clients to no/)
})

test('A replica does not start a server, and protected mode is named.', async () => {
  await using replica = await startRedis('--replicaof', '127.0.0.1', String(redis.port))
  const env = { DATABASE_URL: 'sqlite::memory:', ...SECRET, REDIS_URL: replica.url }
  const { code, stderr } = await runCommand(['serve'], { folder, env })
  assert.equal(code, 1)
  assert.match(stderr, /^latchkey: [^\n]*cannot be written: it is a replica; name its master\.\n$/)
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((each) => each !== undefined && !each.internal && each.family === 'IPv4')
  if (outside === undefined) return
  await using guarded = await startRedis('--bind', '0.0.0.0', '--protected-mode', 'yes')
  await assertRefused(`redis://${outside.address}:${guarded.port}`, /is in protected mode: set a password there/)
})

test('A version that is too old, and one that throws keys away, are told by what they say of themselves.', () => {
  assert.match(
    checkVersion('# Server\r\nredis_version:6.2.14\r\nredis_mode:standalone\r\n') ?? '',
    /^is of version 6\.2\.14: needed is 7 or newer$/,
  )
  for (const fine of ['7.0.15', '7.2.4', '8.0.0', '10.1']) assert.equal(checkVersion(`redis_version:${fine}\r\n`), undefined)
  assert.equal(checkVersion(''), undefined)
  assert.match(checkEvictionPolicy('maxmemory:1000\r\nmaxmemory_policy:allkeys-lru\r\n') ?? '', /allkeys-lru\): set it to noeviction$/)
  assert.equal(checkEvictionPolicy('maxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n'), undefined)
})
