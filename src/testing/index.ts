// The public test kit for stores: the conformance suite, and sample records.

export { makeAuditEvent, makeKeyRing, makeRememberMe, makeSession, makeUser } from './samples.ts'
export { storeConformance } from './store-conformance.ts'
