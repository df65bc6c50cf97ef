// All routes under /access/admin/.

import { keyRoutes } from './keys.ts'
import { userSessionRoutes } from './user-sessions.ts'
import { userRoutes } from './users.ts'

export const adminRoutes = [...userRoutes, ...userSessionRoutes, ...keyRoutes]
