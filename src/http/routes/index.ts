// All routes of the API.

import type { Route } from '../route.ts'
import { accountRoutes } from './account.ts'
import { adminRoutes } from './administration/index.ts'
import { auditEventRoutes } from './audit-events.ts'
import { deviceRoutes } from './devices.ts'
import { healthRoutes } from './health.ts'
import { loginRoutes } from './login.ts'
import { logoutRoutes } from './logout.ts'
import { registerRoutes } from './register.ts'
import { revocationRoutes } from './revocations.ts'
import { sessionRoutes } from './session.ts'
import { tokenRoutes } from './token.ts'
import { verifyRoutes } from './verify.ts'
import { wellKnownRoutes } from './well-known.ts'

export const routes: readonly Route[] = [
  ...registerRoutes,
  ...loginRoutes,
  ...tokenRoutes,
  ...sessionRoutes,
  ...logoutRoutes,
  ...auditEventRoutes,
  ...accountRoutes,
  ...adminRoutes,
  ...deviceRoutes,
  ...verifyRoutes,
  ...revocationRoutes,
  ...wellKnownRoutes,
  ...healthRoutes,
]
