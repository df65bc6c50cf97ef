// Every path there is.

import type { Route } from '../route.ts'
import { accountRoutes } from './account.ts'
import { administrationRoutes } from './administration/index.ts'
import { deviceRoutes } from './devices.ts'
import { endingRoutes } from './endings.ts'
import { auditEventRoutes } from './operations.ts'
import { publicRoutes } from './public.ts'
import { revocationRoutes } from './revocations.ts'
import { sessionRoutes } from './session.ts'
import { signInRoutes } from './sign-in.ts'
import { verifyRoutes } from './verify.ts'
import { wellKnownRoutes } from './well-known.ts'

export const routes: readonly Route[] = [
  ...signInRoutes,
  ...sessionRoutes,
  ...endingRoutes,
  ...auditEventRoutes,
  ...accountRoutes,
  ...administrationRoutes,
  ...deviceRoutes,
  ...verifyRoutes,
  ...revocationRoutes,
  ...wellKnownRoutes,
  ...publicRoutes,
]
