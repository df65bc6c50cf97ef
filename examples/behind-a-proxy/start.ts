// Latchkey, the application, and a proxy before both.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, LATCHKEY, together } from '../together.ts'

export interface Proxy {
  /** The configuration that is there to copy; its ports are exchanged for free ones. */
  readonly configuration: URL
  readonly run: (file: string) => readonly [command: string, ...args: string[]]
}

const APPLICATION = fileURLToPath(new URL('app.py', import.meta.url))

export async function start(port: number, { configuration, run }: Proxy): Promise<void> {
  const ports: Readonly<Record<string, number>> = { 8080: port, 3000: await freePort(), 9000: await freePort() }
  await together(async ({ folder, launch }) => {
    const text = (await readFile(configuration, 'utf8')).replace(/:(8080|3000|9000)\b/g, (_, written: string) => `:${ports[written]}`)
    const file = join(folder, 'configuration')
    await writeFile(file, text.replaceAll('/tmp/nginx', join(folder, 'nginx')))

    const url = `http://localhost:${port}`
    const settings = { PORT: String(ports[3000]), LATCHKEY_PUBLIC_URL: url, LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' }
    await launch(process.execPath, [LATCHKEY, 'serve'], settings, `http://127.0.0.1:${ports[3000]}/livez`)
    await launch('python3', [APPLICATION], { PORT: String(ports[9000]) }, `http://127.0.0.1:${ports[9000]}/orders.css`)
    const [command, ...args] = run(file)
    await launch(command, args, { HOME: folder }, `${url}/access/session`)
    return url
  })
}
