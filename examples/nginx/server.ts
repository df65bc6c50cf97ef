// npm run example nginx: nginx in front of Latchkey and of an application in Python.

import { runTogether } from '../forward-auth-app/together.ts'

await runTogether(new URL('nginx.conf', import.meta.url), (file, folder) => ['nginx', '-p', folder, '-c', file, '-g', 'daemon off;'])
