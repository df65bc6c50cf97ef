// A host process with Latchkey embedded that increments a number in a session's data: `node incrementer.ts <credential> <count>`

import { once } from 'node:events'
import { createLatchkey } from '../../src/index.ts'

const [, , credential = '', count = ''] = process.argv
const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LATCHKEY_SECRET: secret } = process.env
const latchkey = await createLatchkey({ databaseUrl, redisUrl, secret })
const request = new Request('http://localhost/', { headers: { authorization: `Session ${credential}` } })
const authenticated = await latchkey.authenticate(request)
if (!authenticated.ok) throw new Error(authenticated.error.code)

process.stdout.write('ready\n')
await once(process.stdin, 'data')
let conflicts = 0
for (let added = 0; added < Number(count); ) {
  const read = await latchkey.data(authenticated.principal)
  if ('code' in read) throw new Error(read.code)
  const next = { count: Number(read.data.count ?? 0) + 1 }
  const patched = await latchkey.patchData(authenticated.principal, next, read.version)
  if (!('code' in patched)) added += 1
  else if (patched.code === 'data.conflict') conflicts += 1
  else throw new Error(patched.code)
}
await latchkey.close()
process.stdout.write(`${conflicts}\n`)
process.exit()
