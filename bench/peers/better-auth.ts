// Better Auth with sessions in its database.

import type { SubjectModule } from '../subject.ts'
import { prepareBetterAuth } from './better-auth-setup.ts'

export const subject: SubjectModule = {
  name: 'Better Auth (SQLite)',
  packages: ['better-auth'],
  prepare: () => prepareBetterAuth(false),
}
