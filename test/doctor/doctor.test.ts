// Tests `latchkey doctor` against real deployments: nginx with TLS and two servers over one database, each with one fault or none.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Diagnosis } from '../../src/doctor/diagnosis.ts'
import { makeCertificate } from '../support/certificate.ts'
import { libfaketime } from '../support/faketime.ts'
import { freePort } from '../support/raw-http.ts'
import { cleanEnvironment, MAIN, type RunningServer, runCommand, startServer, temporaryFolder } from '../support/server.ts'
import { PASSWORD, TestClient } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'
import { APPLICATION, NAME, startNginx, VALID_CONFIG } from './deployment.ts'
import { FAULTY_DEPLOYMENTS, type FaultyDeployment, OWN_DATABASE_KINDS, type ServerKind } from './faulty-deployments.ts'

let folder: string
let certificate: { readonly cert: string; readonly key: string }
let serviceKeyFile: string
let port: number
const running = new Map<ServerKind, Promise<readonly RunningServer[]>>()

before(async () => {
  folder = await temporaryFolder()
  certificate = await makeCertificate(folder, [NAME])
  port = await freePort()
  const servers = await serversOf('default')
  serviceKeyFile = join(folder, 'service-key')
  const { stdout } = await runCommand(['service-key', 'create', 'doctor', '--json'], {
    folder: servers[0]?.folder ?? '',
    env: database(servers),
  })
  await writeFile(serviceKeyFile, JSON.parse(stdout).key)
})
after(async () => {
  for (const servers of running.values()) for (const server of await servers) await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const database = (servers: readonly RunningServer[]) => ({ DATABASE_URL: servers[0]?.databaseUrl ?? '' })

function serversOf(kind: ServerKind): Promise<readonly RunningServer[]> {
  const started = running.get(kind) ?? startServers(kind)
  running.set(kind, started)
  return started
}

async function startServers(kind: ServerKind): Promise<readonly RunningServer[]> {
  const env = {
    LATCHKEY_PUBLIC_URL: `https://${NAME}:${port}`,
    LATCHKEY_TRUSTED_PROXIES: '127.0.0.1',
    LATCHKEY_ALLOWED_ORIGINS: APPLICATION,
    // Every run tries wrong passwords, and all come from one address.
    LATCHKEY_LOGIN_LIMIT: '10/5m,100000/5m',
  }
  switch (kind) {
    case 'default': {
      const first = await startServer({ env })
      return [first, await startServer({ env: { ...env, ...database([first]) } })]
    }
    case 'no-public-url': {
      const { LATCHKEY_PUBLIC_URL: _, ...others } = env
      return [await startServer({ env: { ...others, ...database(await serversOf('default')) } })]
    }
    case 'clock-ahead': {
      const ahead = { LD_PRELOAD: libfaketime(), FAKETIME: '+600s', FAKETIME_DONT_FAKE_MONOTONIC: '1' }
      return [await startServer({ env: { ...env, ...ahead } })]
    }
    case 'own-database':
      return [await startServer({ env })]
    case 'no-limits':
      return [
        await startServer({
          env: { ...env, ...database(await serversOf('default')), LATCHKEY_LOGIN_LIMIT: '100000/5m,100000/5m' },
        }),
      ]
  }
}

interface DoctorRun {
  readonly code: number | null
  readonly diagnosis: Diagnosis
  readonly output: string
}

async function runDoctor(args: readonly string[], env: Readonly<Record<string, string>> = { NODE_EXTRA_CA_CERTS: certificate.cert }) {
  return runCommand(['doctor', ...args], { folder, env })
}

async function diagnoseDeployment({
  lines = {},
  servers = ['default'],
  clientAddress = '127.0.0.1',
}: Omit<FaultyDeployment, 'failedChecks' | 'fix'>): Promise<DoctorRun> {
  const plainPort = await freePort()
  const ownPort = servers.includes('default') && Object.keys(lines).length === 0 && servers.length === 1 ? port : await freePort()
  const upstream = (await Promise.all(servers.map(serversOf))).flatMap((started) => (servers.length > 1 ? started.slice(0, 1) : started))
  const proxy = {
    folder: join(folder, `nginx-${ownPort}`),
    port: ownPort,
    plainPort,
    upstream: upstream.map(({ url }) => new URL(url).host),
    certificate,
  }
  const http = `proxy_cache_path ${join(proxy.folder, 'cache')} keys_zone=kept:1m;`
  await using _nginx = await startNginx(proxy, { ...VALID_CONFIG, http, ...lines })
  // The public URL of the servers has one port. --resolve sends requests for it to a proxy on another port.
  const target = [`https://${NAME}:${port}`, '--resolve', `${clientAddress}:${ownPort}`, '--plain', `http://localhost:${plainPort}`]
  const serviceKey = servers.some((kind) => OWN_DATABASE_KINDS.has(kind)) ? [] : ['--service-key-file', serviceKeyFile]
  const { code, stdout, stderr } = await runDoctor([...target, '--origin', APPLICATION, ...serviceKey, '--json'])
  ok(stdout.startsWith('{'), stderr)
  return { code, diagnosis: JSON.parse(stdout), output: stdout }
}

test('a correct deployment passes every check, and the temporary user is deleted', async () => {
  const { code, diagnosis } = await diagnoseDeployment({})
  deepEqual(
    diagnosis.checks.filter(({ outcome }) => outcome !== 'pass'),
    [],
  )
  deepEqual([code, diagnosis.failed, diagnosis.processes, diagnosis.leftoverUser], [0, 0, 2, null])
  const [server] = await serversOf('default')
  const { stdout } = await runCommand(['user', 'list', '--json'], { folder: server?.folder ?? '' })
  deepEqual(JSON.parse(stdout), [])
})

describe('finds each fault and names its fix', { concurrency: 2 }, () => {
  for (const [name, faulty] of Object.entries(FAULTY_DEPLOYMENTS))
    test(name, async () => {
      const { code, diagnosis } = await diagnoseDeployment(faulty)
      const failed = diagnosis.checks.filter(({ outcome }) => outcome === 'fail')
      deepEqual(failed.map(({ check }) => check).sort(), [...faulty.failedChecks].sort(), JSON.stringify(failed, null, 1))
      match(failed.flatMap(({ findings }) => findings.map(({ fix }) => fix)).join('\n'), faulty.fix)
      equal(code, 1)
      equal(diagnosis.leftoverUser !== null, faulty.leavesUser ?? false)
    })
})

test('an untrusted certificate stops the doctor before it sends a password', async () => {
  const proxy = {
    folder: join(folder, 'nginx-untrusted'),
    port: await freePort(),
    plainPort: await freePort(),
    upstream: ['127.0.0.1:1'],
    certificate,
  }
  await using _nginx = await startNginx(proxy, VALID_CONFIG)
  const { code, stdout } = await runDoctor([`https://${NAME}:${proxy.port}`, '--resolve', `127.0.0.1:${proxy.port}`, '--json'], {})
  const { checks }: Diagnosis = JSON.parse(stdout)
  const failed = checks.filter(({ outcome }) => outcome === 'fail')
  deepEqual([code, failed.map(({ check }) => check)], [1, ['reachability']])
  match(failed[0]?.findings[0]?.fix ?? '', /whole chain.*NODE_EXTRA_CA_CERTS/)
})

test('finds the one address that does not answer, and checks the others', async () => {
  const [server] = await serversOf('no-public-url')
  const { host } = new URL(server?.url ?? '')
  const dead = `127.0.0.1:${await freePort()}`
  const { code, stdout } = await runDoctor([`http://localhost:${host.split(':')[1]}`, '--resolve', host, dead])
  equal(code, 1)
  match(stdout, new RegExp(`✘ every address answers\\n +${dead} does not answer: ECONNREFUSED`))
  match(stdout, /✔ a sign-out takes effect on all servers/)
})

test('with closed registration, signs in as an existing user, who is not deleted', async () => {
  await using closed = await startServer({ env: { LATCHKEY_REGISTRATION: 'closed' } })
  const withoutUser = await runDoctor([closed.url])
  equal(withoutUser.code, 1)
  match(withoutUser.stdout, /Registration is closed.*\n.*--user NAME/)
  await runCommand(['user', 'add', 'Ada'], { folder: closed.folder, input: `${PASSWORD}\n` })
  const ada = new TestClient(closed.publicUrl)
  await ada.login('Ada', { remember: true })
  const mistyped = await runCommand(['doctor', closed.publicUrl, '--user', 'Ada'], { folder, input: 'wrong\n' })
  match(mistyped.stdout, /The username or the password of --user is wrong/)
  // Do not probe ports that other programs on this machine use.
  const ports = ['--ports', String(await freePort())]
  const { code, stdout } = await runCommand(['doctor', closed.publicUrl, '--user', 'Ada', ...ports], { folder, input: `${PASSWORD}\n` })
  equal(code, 0, stdout)
  match(stdout, /All \d+ checks passed/)
  const list = async (what: string) => JSON.parse((await runCommand([what, 'list', '--json'], { folder: closed.folder })).stdout)
  deepEqual([(await list('user')).length, (await list('session')).length], [1, 2], 'the session and the remember-me login of Ada are left')
  const { events } = (await ada.callWithCookies('GET', '/access/audit-events')).json
  equal(
    events.filter(({ outcome }: { outcome: string }) => outcome === 'failure').length,
    1,
    'the doctor tried the wrong password only once',
  )
})

test('finds another Latchkey with the same cookie name on another port of this machine, and accepts one with its own', async () => {
  await using shop = await startServer()
  await using sameName = await startServer()
  await using ownName = await startServer({ env: { LATCHKEY_COOKIE_NAME: 'staff' } })
  const portOf = ({ url }: RunningServer) => new URL(url).port
  const found = await runDoctor([shop.publicUrl, '--ports', portOf(sameName), portOf(ownName), portOf(shop)])
  equal(found.code, 1, found.stdout)
  match(
    found.stdout,
    new RegExp(`✘ no other Latchkey on this machine uses the same cookie names\\n +Another Latchkey at [^ ]+:${portOf(sameName)} `),
  )
  match(found.stdout, /LATCHKEY_COOKIE_NAME/)
  ok(!found.stdout.includes(`:${portOf(ownName)} `), found.stdout)
  const passed = await runDoctor([ownName.publicUrl, '--ports', portOf(shop), portOf(sameName), String(await freePort())])
  equal(passed.code, 0, passed.stdout)
  match(passed.stdout, /✔ no other Latchkey on this machine uses the same cookie names/)
  match(passed.stdout, /✔ cookies arrive unchanged/)
})

test('deletes the temporary user when it is interrupted', async () => {
  await using server = await startServer()
  const child = spawn(process.execPath, [MAIN, 'doctor', server.url], {
    cwd: folder,
    env: cleanEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const users = async () => JSON.parse((await runCommand(['user', 'list', '--json'], { folder: server.folder })).stdout).length
  await waitFor('the user to be there', async () => (await users()) === 1)
  child.kill('SIGINT')
  await once(child, 'close')
  deepEqual([child.exitCode, stderr.trim(), await users()], [1, 'latchkey: Interrupted. The temporary user was deleted.', 0])
})

test('rejects a wrong argument or option in one line', async () => {
  const refusals: readonly (readonly [readonly string[], RegExp])[] = [
    [['id.example.org'], /URL "id\.example\.org" is not accepted: https?:\/\//],
    [['https://id.example.org/auth'], /is not accepted/],
    [['https://unknown.invalid'], /does not resolve.*--resolve/],
    [['https://id.example.org', '--resolve', 'example'], /--resolve "example" is not accepted: an IP address/],
    [['https://id.example.org', '--resolve', '127.0.0.1:0'], /is not accepted/],
    [['http://localhost:1', '--origin', 'shop'], /--origin "shop" is not accepted/],
    [['http://localhost:1', '--service-key-file', '/missing'], /\/missing cannot be read: ENOENT/],
    [[], /missing required argument 'url'/],
  ]
  for (const [args, expected] of refusals) {
    const { code, stdout, stderr } = await runDoctor(args, {})
    deepEqual([code, stdout, stderr.trim().split('\n').length], [2, '', 1], stderr)
    match(stderr, expected)
  }
})
