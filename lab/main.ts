// npm run lab: an application on http://localhost and an attacker on http://127.0.0.1, two sites for a browser.

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApplicationListener } from './application.ts'
import { createAttackerListener } from './attacker-site.ts'
import { bundlePage } from './bundle.ts'
import { openBoundBrowser } from './device-bound-browser.ts'
import { openLabServer } from './lab-server.ts'

const HOST = '127.0.0.1'

try {
  const [application, attacker] = [createServer(), createServer()]
  const attackerPort = await listen(attacker, 'ATTACKER_PORT', 3001)
  const port = await listen(application, 'PORT', 3000)
  const attackerUrl = `http://${HOST}:${attackerPort}`
  const labServer = await openLabServer(`http://localhost:${port}`)
  const [page, attack, bound] = await Promise.all([bundlePage('lab/page/main.ts'), bundlePage('lab/page/attack.ts'), openBoundBrowser()])
  answer(application, createApplicationListener(labServer, bound, page, attackerUrl))
  answer(attacker, createAttackerListener(attack, labServer.url))
  process.stdout.write(`The lab is at ${labServer.url}/lab, the attacker at ${attackerUrl}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      for (const server of [application, attacker]) {
        server.closeAllConnections()
        server.close()
      }
      void labServer.close()
      void bound.close()
    })
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

function listen(server: Server, setting: 'PORT' | 'ATTACKER_PORT', defaultPort: number): Promise<number> {
  const port = Number(process.env[setting] ?? defaultPort)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new TypeError(`${setting} is "${process.env[setting]}"; accepted: a port from 0 to 65535.`)
  return new Promise((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) =>
      reject(new Error(`${setting} is "${port}", and this port cannot be used (${code}); accepted: a free port, or 0 to pick one.`)),
    )
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port))
  })
}

function answer(server: Server, listener: RequestListener): void {
  server.on('request', listener)
}
