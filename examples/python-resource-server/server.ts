// Runs Latchkey and a resource server in Python: npm run example python-resource-server.

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { freePort, LATCHKEY, runProcesses } from '../run-processes.ts'

const SERVICE = fileURLToPath(new URL('server.py', import.meta.url))
const python = process.env.PYTHON ?? '/usr/bin/python3'
const [port, servicePort] = [Number(process.env.PORT ?? 3000), Number(process.env.SERVICE_PORT ?? (await freePort()))]

await runProcesses(async ({ folder, launch }) => {
  const url = `http://localhost:${port}`
  const settings = { PORT: String(port), DATABASE_URL: `sqlite:${folder}/latchkey.db` }
  await launch(process.execPath, [LATCHKEY, 'serve'], settings, `${url}/livez`)
  const created = execFileSync(process.execPath, [LATCHKEY, 'service-key', 'create', 'python', '--json'], {
    env: { ...process.env, ...settings },
  })
  const service = `http://localhost:${servicePort}`
  const env = { ISSUER: url, SERVICE_KEY: JSON.parse(String(created)).key, PORT: String(servicePort) }
  await launch(python, [SERVICE], env, service)
  return `Latchkey at ${url}, the service at ${service}`
})
