// For who writes a store: the suite that it must pass, and records to fill it with.

export { anAuditEvent, makeKeyRing, makeRememberMe, makeSession, makeUser } from './samples.ts'
export { storeConformance } from './store-conformance.ts'
