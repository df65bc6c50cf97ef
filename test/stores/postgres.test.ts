// The PostgreSQL store passes the conformance suite on a real server.

import { after, before } from 'node:test'
import { openPostgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { storeConformance } from '../../src/testing/index.ts'
import { type RunningPostgres, startPostgres } from '../support/postgres.ts'

let postgres: RunningPostgres
before(async () => {
  // This test needs no durability.
  postgres = await startPostgres('fsync=off')
})
after(() => postgres[Symbol.asyncDispose]())

storeConformance('PostgreSQL', async () => openPostgresStore({ url: await postgres.createDatabase() }))
