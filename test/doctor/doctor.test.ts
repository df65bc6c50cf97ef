// The doctor finds what is wrong with a deployment, names what fix it, and is silent where all is right. Everything here runs: nginx, TLS, two
// servers over one database, and the command itself.

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
  const begun = running.get(kind) ?? startServers(kind)
  running.set(kind, begun)
  return begun
}

async function startServers(kind: ServerKind): Promise<readonly RunningServer[]> {
  const env = {
    LATCHKEY_PUBLIC_URL: `https://${NAME}:${port}`,
    LATCHKEY_TRUSTED_PROXIES: '127.0.0.1',
    LATCHKEY_ALLOWED_ORIGINS: APPLICATION,
    // Every visit guesses, and all come from one address.
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
  readonly words: string
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
  const where = {
    folder: join(folder, `nginx-${ownPort}`),
    port: ownPort,
    plainPort,
    upstream: upstream.map(({ url }) => new URL(url).host),
    certificate,
  }
  const http = `proxy_cache_path ${join(where.folder, 'cache')} keys_zone=kept:1m;`
  await using _nginx = await startNginx(where, { ...VALID_CONFIG, http, ...lines })
  // The servers are told one address; a proxy of its own port is asked under it all the same.
  const asked = [`https://${NAME}:${port}`, '--resolve', `${clientAddress}:${ownPort}`, '--plain', `http://localhost:${plainPort}`]
  const serviceKey = servers.some((kind) => OWN_DATABASE_KINDS.has(kind)) ? [] : ['--service-key-file', serviceKeyFile]
  const { code, stdout, stderr } = await runDoctor([...asked, '--origin', APPLICATION, ...serviceKey, '--json'])
  ok(stdout.startsWith('{'), stderr)
  return { code, diagnosis: JSON.parse(stdout), words: stdout }
}

test('A right deployment: everything is looked at, nothing is found, and nobody is left behind', async () => {
  const { code, diagnosis } = await diagnoseDeployment({})
  deepEqual(
    diagnosis.verdicts.filter(({ outcome }) => outcome !== 'right'),
    [],
  )
  deepEqual([code, diagnosis.wrong, diagnosis.processes, diagnosis.leftBehind], [0, 0, 2, null])
  const [server] = await serversOf('default')
  const { stdout } = await runCommand(['user', 'list', '--json'], { folder: server?.folder ?? '' })
  deepEqual(JSON.parse(stdout), [])
})

describe('What is wrong is found, and what fix it is named', { concurrency: 2 }, () => {
  for (const [name, broken] of Object.entries(FAULTY_DEPLOYMENTS))
    test(name, async () => {
      const { code, diagnosis } = await diagnoseDeployment(broken)
      const wrong = diagnosis.verdicts.filter(({ outcome }) => outcome === 'wrong')
      deepEqual(wrong.map(({ check }) => check).sort(), [...broken.failedChecks].sort(), JSON.stringify(wrong, null, 1))
      match(wrong.flatMap(({ findings }) => findings.map(({ fix }) => fix)).join('\n'), broken.fix)
      equal(code, 1)
      equal(diagnosis.leftBehind !== null, broken.leavesUser ?? false)
    })
})

test('A certificate that nobody vouches for ends the visit before any password is sent', async () => {
  const proxy = {
    folder: join(folder, 'nginx-untrusted'),
    port: await freePort(),
    plainPort: await freePort(),
    upstream: ['127.0.0.1:1'],
    certificate,
  }
  await using _nginx = await startNginx(proxy, VALID_CONFIG)
  const { code, stdout } = await runDoctor([`https://${NAME}:${proxy.port}`, '--resolve', `127.0.0.1:${proxy.port}`, '--json'], {})
  const { verdicts }: Diagnosis = JSON.parse(stdout)
  const wrong = verdicts.filter(({ outcome }) => outcome === 'wrong')
  deepEqual([code, wrong.map(({ check }) => check)], [1, ['reach']])
  match(wrong[0]?.findings[0]?.fix ?? '', /whole chain.*NODE_EXTRA_CA_CERTS/)
})

test('An address of several that does not answer is found, and the others are looked at', async () => {
  const [server] = await serversOf('no-public-url')
  const { host } = new URL(server?.url ?? '')
  const dead = `127.0.0.1:${await freePort()}`
  const { code, stdout } = await runDoctor([`http://localhost:${host.split(':')[1]}`, '--resolve', host, dead])
  equal(code, 1)
  match(stdout, new RegExp(`✘ every address answers\\n +${dead} does not answer: ECONNREFUSED`))
  match(stdout, /✔ a sign-out is one everywhere/)
})

test('Where registration is closed it says so, and signs in as somebody who is there, who stays', async () => {
  await using closed = await startServer({ env: { LATCHKEY_REGISTRATION: 'closed' } })
  const refused = await runDoctor([closed.url])
  equal(refused.code, 1)
  match(refused.stdout, /Registration is closed.*\n.*--user NAME/)
  await runCommand(['user', 'add', 'Ada'], { folder: closed.folder, input: `${PASSWORD}\n` })
  const ada = new TestClient(closed.publicUrl)
  await ada.login('Ada', { remember: true })
  const mistyped = await runCommand(['doctor', closed.publicUrl, '--user', 'Ada'], { folder, input: 'wrong\n' })
  match(mistyped.stdout, /The name or the password of --user is wrong/)
  // No port of this machine that somebody uses is to be looked at.
  const nowhere = ['--ports', String(await freePort())]
  const { code, stdout } = await runCommand(['doctor', closed.publicUrl, '--user', 'Ada', ...nowhere], { folder, input: `${PASSWORD}\n` })
  equal(code, 0, stdout)
  match(stdout, /Nothing wrong in \d+ checks/)
  const list = async (what: string) => JSON.parse((await runCommand([what, 'list', '--json'], { folder: closed.folder })).stdout)
  deepEqual([(await list('user')).length, (await list('session')).length], [1, 2], 'what Ada had, a session and a remembered login')
  const { events } = (await ada.callWithCookies('GET', '/access/audit-events')).json
  equal(events.filter(({ outcome }: { outcome: string }) => outcome === 'failure').length, 1, 'one guess for one mistake')
})

test('Another Latchkey at another port of this machine with the same cookie name is found, and one with its own is not', async () => {
  await using shop = await startServer()
  await using twin = await startServer()
  await using named = await startServer({ env: { LATCHKEY_COOKIE_NAME: 'staff' } })
  const portOf = ({ url }: RunningServer) => new URL(url).port
  const found = await runDoctor([shop.publicUrl, '--ports', portOf(twin), portOf(named), portOf(shop)])
  equal(found.code, 1, found.stdout)
  match(
    found.stdout,
    new RegExp(`✘ no other Latchkey on this machine uses the same cookies\\n +Another Latchkey at [^ ]+:${portOf(twin)} `),
  )
  match(found.stdout, /LATCHKEY_COOKIE_NAME/)
  ok(!found.stdout.includes(`:${portOf(named)} `), found.stdout)
  const right = await runDoctor([named.publicUrl, '--ports', portOf(shop), portOf(twin), String(await freePort())])
  equal(right.code, 0, right.stdout)
  match(right.stdout, /✔ no other Latchkey on this machine uses the same cookies/)
  match(right.stdout, /✔ cookies come as they were made/)
})

test('Who is interrupted leaves nobody behind', async () => {
  await using server = await startServer()
  const child = spawn(process.execPath, [MAIN, 'doctor', server.url], {
    cwd: folder,
    env: cleanEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const users = async () => JSON.parse((await runCommand(['user', 'list', '--json'], { folder: server.folder })).stdout).length
  await waitFor('the user to be there', async () => (await users()) === 1)
  child.kill('SIGINT')
  await once(child, 'close')
  deepEqual([child.exitCode, said.trim(), await users()], [1, 'latchkey: Stopped, and nothing was left behind.', 0])
})

test('What is asked for wrongly is refused in one line', async () => {
  const refusals: readonly (readonly [readonly string[], RegExp])[] = [
    [['id.example.org'], /The address "id\.example\.org" is not accepted: https?:\/\//],
    [['https://id.example.org/auth'], /is not accepted/],
    [['https://nobody.invalid'], /does not resolve.*--resolve/],
    [['https://id.example.org', '--resolve', 'example'], /--resolve "example" is not accepted: an IP address/],
    [['https://id.example.org', '--resolve', '127.0.0.1:0'], /is not accepted/],
    [['http://localhost:1', '--origin', 'shop'], /--origin "shop" is not accepted/],
    [['http://localhost:1', '--service-key-file', '/nowhere'], /\/nowhere cannot be read: ENOENT/],
    [[], /missing required argument 'url'/],
  ]
  for (const [args, expected] of refusals) {
    const { code, stdout, stderr } = await runDoctor(args, {})
    deepEqual([code, stdout, stderr.trim().split('\n').length], [2, '', 1], stderr)
    match(stderr, expected)
  }
})
