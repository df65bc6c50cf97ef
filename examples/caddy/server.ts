// npm run example caddy: Caddy in front of Latchkey and of an application in Python.

import { runWithProxy } from '../forward-auth-app/run-with-proxy.ts'

await runWithProxy(new URL('Caddyfile', import.meta.url), (file) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', file])
