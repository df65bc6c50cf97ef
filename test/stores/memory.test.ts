// The memory store passes the conformance suite.

import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { storeConformance } from '../../src/testing/index.ts'

storeConformance('memory', async () => createMemoryStore())
