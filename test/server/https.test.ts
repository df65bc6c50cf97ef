// HTTPS served directly, with certificates made by openssl.

import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect, type PeerCertificate } from 'node:tls'
import { exec } from '../support/exec.ts'
import { type RunningServer, runCommand, startServer, temporaryFolder } from '../support/server.ts'
import { PASSWORD } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

let folder = ''
let server: RunningServer
before(async () => {
  folder = await temporaryFolder()
  for (const name of ['first', 'second']) await makeCertificate(name)
  await use('first')
  server = await startServer({ folder, env: { TLS_CERT: 'cert.pem', TLS_KEY: 'key.pem' } })
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function makeCertificate(name: string): Promise<void> {
  await mkdir(join(folder, name))
  await exec('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-addext',
    'subjectAltName=DNS:localhost,IP:127.0.0.1',
    '-keyout',
    join(folder, name, 'key.pem'),
    '-out',
    join(folder, name, 'cert.pem'),
  ]) // prettier-ignore
}

async function use(name: string): Promise<void> {
  for (const file of ['key.pem', 'cert.pem']) await cp(join(folder, name, file), join(folder, file))
}

/** The common name of the certificate that the server presents now. */
function presentedName(): Promise<string> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      const { subject }: PeerCertificate = socket.getPeerCertificate()
      socket.destroy()
      resolve(String(subject.CN))
    })
    socket.on('error', reject)
  })
}

function post(path: string, body: unknown): Promise<{ status: number; cookies: readonly string[]; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent: false, rejectUnauthorized: false, headers: { 'content-type': 'application/json' } }
    const outgoing = request(server.url + path, options, (response) => {
      response
        .resume()
        .on('end', () =>
          resolve({ status: response.statusCode ?? 0, cookies: response.headers['set-cookie'] ?? [], headers: response.headers }),
        )
    })
    outgoing.on('error', reject).end(JSON.stringify(body))
  })
}

test('Cookies are bound to this host and to https, with Strict-Transport-Security', async () => {
  match(server.output(), /^Latchkey listens on https:\/\/127\.0\.0\.1:\d+, public URL https:\/\/localhost:\d+\n/)
  const { status, cookies, headers } = await post('/access/register', { username: 'Tess', password: PASSWORD, remember: true })
  equal(status, 201)
  deepEqual(
    cookies.map((cookie) => cookie.slice(0, cookie.indexOf('='))),
    ['__Host-latchkey_session', '__Host-latchkey_remember', '__Host-latchkey_known'],
  )
  for (const cookie of cookies) {
    match(cookie, /; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    equal(cookie.includes('Domain'), false)
  }
  match(String(headers['strict-transport-security']), /^max-age=31536000/)
})

test('curl trusts the certificate, and stores and sends the cookies over https', async () => {
  const jar = join(folder, 'jar.txt')
  const curl = (url: string, ...args: readonly string[]) =>
    exec('curl', ['--silent', '--show-error', '--cacert', join(folder, 'first', 'cert.pem'), '-b', jar, '-c', jar, ...args, url])
  const login = JSON.parse(
    await curl(`${server.publicUrl}/access/login`, '--json', JSON.stringify({ username: 'Tess', password: PASSWORD })),
  )
  equal(login.user.username, 'Tess')
  equal(JSON.parse(await curl(`${server.publicUrl}/access/session`)).via, 'cookie')
})

test('A new certificate is loaded without a restart, and an invalid one leaves the old one in use', async () => {
  equal(await presentedName(), 'first')
  await use('second')
  await waitFor('the new certificate', async () => (await presentedName()) === 'second')

  await writeFile(join(folder, 'cert.pem'), 'not a certificate')
  await waitFor('the log entry', () => server.output().includes('the new certificate cannot be used'))
  equal(await presentedName(), 'second')
  const { status } = await post('/access/login', { username: 'Tess', password: PASSWORD })
  equal(status, 200)

  await use('first')
  await waitFor('the good one again', async () => (await presentedName()) === 'first')
})

test('A certificate that does not match its key stops the start in one line', async () => {
  await mkdir(join(folder, 'mixed'))
  const env = { TLS_CERT: join(folder, 'first', 'cert.pem'), TLS_KEY: join(folder, 'second', 'key.pem') }
  const { code, stderr } = await runCommand(['serve'], { folder: join(folder, 'mixed'), env })
  notEqual(code, 0)
  match(stderr, /^latchkey: TLS_CERT .* and TLS_KEY .* are not a certificate and its private key .*; accepted: [^\n]*\n$/)
  ok(!stderr.includes('PRIVATE KEY'))
})
