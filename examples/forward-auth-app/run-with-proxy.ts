// Starts Latchkey, the application and a proxy in front of both, and stops all three together.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, LATCHKEY, runProcesses } from '../run-processes.ts'

export interface Ports {
  readonly proxy: number
  readonly latchkey: number
  readonly app: number
}

const APP = fileURLToPath(new URL('app.py', import.meta.url))

/** The configuration with its ports replaced. */
export function withPorts(configuration: string, { proxy, latchkey, app }: Ports): string {
  const ports: Readonly<Record<string, number>> = { 3000: latchkey, 8000: app, 8080: proxy }
  return configuration.replace(/(?<=:)(?:3000|8000|8080)\b/g, (port) => String(ports[port]))
}

/** @param command the command line of the proxy, with the configuration `file` and a `folder` for its own files */
export async function runWithProxy(
  configuration: URL,
  command: (file: string, folder: string) => readonly [string, ...string[]],
): Promise<void> {
  const { PORT = 8080, LATCHKEY_PORT = await freePort(), APP_PORT = await freePort(), DATABASE_URL = 'sqlite:app.db' } = process.env
  const ports = { proxy: Number(PORT), latchkey: Number(LATCHKEY_PORT), app: Number(APP_PORT) }
  const url = `http://localhost:${ports.proxy}`
  await runProcesses(async ({ folder, launch }) => {
    const file = join(folder, 'configuration')
    await writeFile(file, withPorts(await readFile(configuration, 'utf8'), ports))
    const settings = {
      PORT: String(ports.latchkey),
      DATABASE_URL,
      // The address in the browser: the proxy's, not Latchkey's own.
      LATCHKEY_PUBLIC_URL: url,
      // Only the proxy may set the client address.
      LATCHKEY_TRUSTED_PROXIES: '127.0.0.0/8',
    }
    await launch(process.execPath, [LATCHKEY, 'serve'], settings, `http://127.0.0.1:${ports.latchkey}/livez`)
    await launch('python3', [APP], { PORT: String(ports.app) }, `http://127.0.0.1:${ports.app}/orders.css`)
    const [program, ...args] = command(file, folder)
    await launch(program, args, { HOME: folder, XDG_CONFIG_HOME: folder }, `${url}/sign-in`)
    return url
  })
}
