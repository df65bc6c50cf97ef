// nginx with auth_request before a Python application, and Latchkey beside it.

import { start } from '../behind-a-proxy/start.ts'

await start(Number(process.env.PORT ?? 8080), {
  configuration: new URL('nginx.conf', import.meta.url),
  run: (file) => ['nginx', '-c', file, '-g', 'daemon off; master_process off; error_log stderr error;'],
})
