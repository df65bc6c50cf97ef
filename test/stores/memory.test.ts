// The memory store keeps the contract.

import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { storeConformance } from '../../src/testing/index.ts'

storeConformance('memory', async () => createMemoryStore())
