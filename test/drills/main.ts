// npm run drill: measures how fast a sign-out takes effect and what happens when a part of a deployment fails, and prints tables.
// Set the number of sign-outs for each store with an argument: npm run drill -- 100

import { createLatchkey } from '../../src/index.ts'
import { countConcurrently, PROCESSES } from '../embedded/concurrent-counter.ts'
import { BACKEND_NAMES, type BackendName, startBackend } from '../support/backends.ts'
import { PASSWORD } from '../support/test-client.ts'
import { startDeployment } from './deployment.ts'
import { FAULTS, runDrill } from './faults.ts'
import { measureRevocationDelays, percentile } from './revocation-delays.ts'
import { measureSizes } from './sizes.ts'

const [, , countText = '1000', only] = process.argv
const INCREMENTS = 10_000
const SIZED = 20_000
const count = Number(countText)
if (!Number.isInteger(count) || count < 1) {
  process.stderr.write('The number of sign-outs must be a whole number from 1.\n')
  process.exit(2)
}

const wanted = (name: BackendName) => only === undefined || only.toLowerCase() === name.toLowerCase()
const write = (line: string) => void process.stdout.write(`${line}\n`)
const progress = (text: string) => void (process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`))

write('Milliseconds from a confirmed sign-out to the last acceptance of its session or token by another process')
write('| store | sign-outs | where | p50 | p99 | max |')
write('|---|---|---|---|---|---|')
for (const name of BACKEND_NAMES.filter(wanted)) {
  await using deployment = await startDeployment(name)
  const delays = await measureRevocationDelays(deployment, count, (done) => progress(`${name}: ${done} of ${count} sign-outs`))
  progress('')
  for (const [where, values] of [
    ['another process', delays.server],
    ['a verifier, offline', delays.verifier],
  ] as const) {
    const [p50, p99, max] = [percentile(values, 0.5), percentile(values, 0.99), Math.max(...values)].map((value) => value.toFixed(1))
    write(`| ${name} | ${count} | ${where} | ${p50} | ${p99} | ${max} |`)
  }
}

write('')
write(`Bytes each, measured with ${SIZED}`)
write('| store | session | tombstone | log entry | audit event | user |')
write('|---|---|---|---|---|---|')
for (const name of BACKEND_NAMES.filter(wanted)) {
  progress(`measuring ${name}`)
  const { session, tombstone, tombstoneInDatabase, entry, event, user } = await measureSizes(name, SIZED)
  progress('')
  const kept = tombstoneInDatabase > 0 ? ` and ${Math.round(tombstoneInDatabase)} in the database` : ''
  write(`| ${name} | ${Math.round(session)} | ${Math.round(tombstone)}${kept} | ${[entry, event, user].map(Math.round).join(' | ')} |`)
}

write('')
write('Faults, under load')
write('| fault | store | requests | failed | wrongly accepted | wrongly signed out | lost | seconds to recover |')
write('|---|---|---|---|---|---|---|---|')
for (const fault of FAULTS) {
  for (const name of fault.backends.filter(wanted)) {
    progress(`${fault.name} (${name})`)
    const result = await runDrill(fault, name, 3_000)
    progress('')
    const { requests, failed, wronglyAccepted, wronglySignedOut, lost, secondsToRecover } = result
    write(
      `| ${fault.name} | ${name} | ${requests} | ${failed} | ${wronglyAccepted} | ${wronglySignedOut} | ${lost} | ${secondsToRecover.toFixed(1)} |`,
    )
  }
}

write('')
write(`${INCREMENTS} increments of one number in the data of a session, by ${PROCESSES} concurrent processes`)
write('| store | found | lost | conflicts | seconds |')
write('|---|---|---|---|---|')
for (const name of BACKEND_NAMES.filter(wanted)) {
  await using backend = await startBackend(name)
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LATCHKEY_SECRET: secret } = backend.env
  const latchkey = await createLatchkey({ databaseUrl, redisUrl, secret })
  const signedIn = await latchkey.register({ username: 'Counted', password: PASSWORD })
  if (!('token' in signedIn)) throw new Error(signedIn.code)
  const credential = signedIn.sessionCredential?.value ?? ''
  progress(`counting with ${name}`)
  const startedAt = performance.now()
  const conflicts = await countConcurrently(backend.env, credential, INCREMENTS)
  progress('')
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
  const authenticated = await latchkey.authenticate(
    new Request('http://localhost/', { headers: { authorization: `Session ${credential}` } }),
  )
  if (!authenticated.ok) throw new Error(authenticated.error.code)
  const read = await latchkey.data(authenticated.principal)
  const found = 'data' in read ? Number(read.data.count) : 0
  write(`| ${name} | ${found} | ${INCREMENTS - found} | ${conflicts} | ${seconds} |`)
  await latchkey.close()
}
