// The client's address behind real proxies, configured as in docs/operating.md.

import { equal, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort, requestOnce } from '../support/raw-http.ts'
import { type RunningServer, startServer, temporaryFolder } from '../support/server.ts'
import { PASSWORD } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

const guide = await readFile(new URL('../../docs/operating.md', import.meta.url), 'utf8')

/** The sample in the guide that contains this text. */
function sample(language: string, containing: string): string {
  const blocks = [...guide.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text)
  const found = blocks.find((text) => text.includes(containing))
  ok(found, `the guide has no sample with ${containing}`)
  return found
}

interface ProxiedServer extends AsyncDisposable {
  /** The address that Latchkey records for a client at `from` that sends these headers. */
  recordedAddress(from: string, headers?: Readonly<Record<string, string>>): Promise<string>
}

async function startBehindProxy(
  command: (file: string, folder: string) => readonly [string, ...string[]],
  configure: (ports: { readonly proxy: number; readonly latchkey: string }) => string,
  env: Readonly<Record<string, string>> = {},
): Promise<ProxiedServer> {
  const folder = await temporaryFolder()
  // Started as root, nginx reads the folder as another user.
  await chmod(folder, 0o711)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const latchkey: RunningServer = await startServer({ env: { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,127.0.0.7', ...env } })
  const file = join(folder, 'configuration')
  await writeFile(file, configure({ proxy: port, latchkey: new URL(latchkey.url).host }))
  const [program, ...args] = command(file, folder)
  const proxy = spawn(program, args, {
    env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  proxy.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const stop = async () => {
    if (proxy.exitCode === null && proxy.signalCode === null && proxy.kill()) await once(proxy, 'exit')
    await latchkey[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await waitFor(`${program} to answer`, async () => {
      if (proxy.exitCode !== null) throw new Error(`${program} did not start:\n${errors}`)
      return (await requestOnce(url, '/livez').catch(() => ({ status: 0 }))).status === 200
    })
  } catch (error) {
    await stop()
    throw error
  }
  let users = 0
  return {
    async recordedAddress(from, headers = {}) {
      users += 1
      // All of 127.0.0.0/8 is this machine.
      const agent = new Agent({ localAddress: from })
      const body = JSON.stringify({ username: `Client-${users}`, password: PASSWORD })
      const registered = await requestOnce(url, '/access/register', { method: 'POST', headers, body, agent })
      equal(registered.status, 201, registered.text)
      agent.destroy()
      const { token } = JSON.parse(registered.text)
      return JSON.parse((await requestOnce(latchkey.url, '/access/sessions', { headers: { authorization: token } })).text)[0].ip
    },
    [Symbol.asyncDispose]: stop,
  }
}

const CLAIMS = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9', 'x-real-ip': '203.0.113.9' }
const CADDY = (file: string) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', file] as const
const NGINX = (file: string, folder: string) => ['nginx', '-p', folder, '-c', file, '-g', 'daemon off;'] as const

function nginxConfiguration(inHttp: string, inLocation: string): (ports: { proxy: number; latchkey: string }) => string {
  return ({ proxy, latchkey }) => `
    pid nginx.pid;
    error_log stderr crit;
    events {}
    http {
      access_log off;
      client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
      ${inHttp}
      server {
        listen 127.0.0.1:${proxy};
        location / {
          proxy_pass http://${latchkey};
          ${inLocation}
        }
      }
    }`
}

test('nginx that replaces X-Forwarded-For: the address of the connection counts, whatever the client sends', async () => {
  const header = sample('nginx', 'proxy_set_header X-Forwarded-For')
  await using behind = await startBehindProxy(NGINX, nginxConfiguration('', header))
  equal(await behind.recordedAddress('127.0.0.5'), '127.0.0.5')
  equal(await behind.recordedAddress('127.0.0.5', CLAIMS), '127.0.0.5')
})

test('nginx that appends to X-Forwarded-For: only the entries of trusted proxies count', async () => {
  await using behind = await startBehindProxy(NGINX, nginxConfiguration('', 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;'))
  equal(await behind.recordedAddress('127.0.0.5', CLAIMS), '127.0.0.5')
  equal(await behind.recordedAddress('127.0.0.7', CLAIMS), '203.0.113.9', 'a trusted proxy before it')
})

test('nginx that sets only Forwarded and passes X-Forwarded-For on: the client’s header does not count', async () => {
  await using behind = await startBehindProxy(
    NGINX,
    nginxConfiguration(sample('nginx', 'map $remote_addr'), 'proxy_set_header Forwarded $forwarded;'),
    { LATCHKEY_FORWARDED_HEADER: 'forwarded' },
  )
  equal(await behind.recordedAddress('127.0.0.5'), '127.0.0.5')
  equal(await behind.recordedAddress('127.0.0.5', CLAIMS), '127.0.0.5')
  equal(await behind.recordedAddress('127.0.0.5', { ...CLAIMS, forwarded: 'for="' }), '127.0.0.5')
})

test('Caddy: the address of the connection counts, unless it is a trusted proxy of Caddy', async () => {
  const inSite = sample('caddy', 'trusted_proxies').replace('10.0.0.0/8', '127.0.0.7/32')
  const configure = (ports: { proxy: number; latchkey: string }) => `{
	admin off
	auto_https off
	log {
		level ERROR
	}
}
http://127.0.0.1:${ports.proxy} {
${inSite.replace('127.0.0.1:3000', ports.latchkey)}}
`
  await using behind = await startBehindProxy(CADDY, configure)
  equal(await behind.recordedAddress('127.0.0.5'), '127.0.0.5')
  equal(await behind.recordedAddress('127.0.0.5', CLAIMS), '127.0.0.5')
  equal(await behind.recordedAddress('127.0.0.7', CLAIMS), '203.0.113.9')
})
