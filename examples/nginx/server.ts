// Runs nginx in front of Latchkey and an application in Python: npm run example nginx.

import { runWithProxy } from '../forward-auth-app/run-with-proxy.ts'

await runWithProxy(new URL('nginx.conf', import.meta.url), (file, folder) => ['nginx', '-p', folder, '-c', file, '-g', 'daemon off;'])
