// Everything under /access/admin/.

import { keyRoutes } from './keys.ts'
import { signInsRoutes } from './sign-ins.ts'
import { userRoutes } from './users.ts'

export const administrationRoutes = [...userRoutes, ...signInsRoutes, ...keyRoutes]
