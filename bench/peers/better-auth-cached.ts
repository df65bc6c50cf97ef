// Better Auth, whose sessions are kept in a signed cookie as well: for as long as that is good, an ending is not noticed.

import type { SubjectModule } from '../subject.ts'
import { prepareBetterAuth } from './better-auth-setup.ts'

export const subject: SubjectModule = {
  name: 'Better Auth (SQLite, cookie cache)',
  packages: ['better-auth'],
  prepare: () => prepareBetterAuth(true),
}
