// The SQLite store passes the conformance suite, in memory and in a file.

import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { storeConformance } from '../../src/testing/index.ts'
import { temporaryPath } from './temporary-path.ts'

storeConformance('sqlite in memory', () => openSqliteStore({ path: ':memory:' }))
storeConformance('sqlite in a file', () => openSqliteStore({ path: temporaryPath() }))
