// Better Auth with its cookie cache: a revocation takes effect only when the signed cookie expires.

import type { SubjectModule } from '../subject.ts'
import { prepareBetterAuth } from './better-auth-setup.ts'

export const subject: SubjectModule = {
  name: 'Better Auth (SQLite, cookie cache)',
  packages: ['better-auth'],
  prepare: () => prepareBetterAuth(true),
}
