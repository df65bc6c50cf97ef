// npm run example caddy: Caddy in front of Latchkey and of an application in Python.

import { runTogether } from '../forward-auth-app/together.ts'

await runTogether(new URL('Caddyfile', import.meta.url), (file) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', file])
