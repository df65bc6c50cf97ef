// All routes of the API.

import type { Route } from '../route.ts'
import { accountRoutes } from './account.ts'
import { adminRoutes } from './administration/index.ts'
import { auditEventRoutes } from './audit-events.ts'
import { deviceRoutes } from './devices.ts'
import { healthRoutes } from './health.ts'
import { logoutRoutes } from './logout.ts'
import { revocationRoutes } from './revocations.ts'
import { sessionRoutes } from './session.ts'
import { signInRoutes } from './sign-in.ts'
import { verifyRoutes } from './verify.ts'
import { wellKnownRoutes } from './well-known.ts'

export const routes: readonly Route[] = [
  ...signInRoutes,
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
