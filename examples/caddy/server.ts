// Runs Caddy in front of Latchkey and an application in Python: npm run example caddy.

import { runWithProxy } from '../forward-auth-app/run-with-proxy.ts'

await runWithProxy(new URL('Caddyfile', import.meta.url), (file) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', file])
