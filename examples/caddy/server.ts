// Caddy with forward_auth before a Python application, and Latchkey beside it.

import { start } from '../behind-a-proxy/start.ts'

await start(Number(process.env.PORT ?? 8080), {
  configuration: new URL('Caddyfile', import.meta.url),
  run: (file) => ['caddy', 'run', '--config', file, '--adapter', 'caddyfile'],
})
