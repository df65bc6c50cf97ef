// The wire contract: schemas of request bodies and responses. They validate input, and /openapi.json is generated from them.

import { z } from 'zod'
import { isServiceName } from '../domain/key-ring.ts'
import { TOKEN_ALGORITHMS } from '../domain/public-key.ts'
import { isJsonObject, type JsonObject } from '../domain/session-data.ts'
import { ROLE } from '../domain/user.ts'

/** Entries on a page of a listing. */
export const PAGE_LIMITS = { usual: 50, max: 200 } as const

const time = z.iso.datetime().describe('ISO 8601, UTC')
const seconds = z.int().describe('whole seconds')
const nullable = z.string().nullable()

const jsonObject = z
  .custom<JsonObject>(isJsonObject, 'an object')
  .meta({ type: 'object', additionalProperties: true, description: 'a JSON object' })

const delivery = z.enum(['cookie', 'header']).default('cookie').describe('how the session credential is returned')
const remember = z.boolean().default(false).describe('also create a remember-me login')

const REMEMBER_NEEDS_COOKIE = { path: ['remember'], message: 'a remember-me login needs delivery by cookie' }
const canRemember = (body: { remember: boolean; delivery: 'cookie' | 'header' }) => !(body.remember && body.delivery === 'header')

const newUsername = z
  .string()
  .describe('2 to 64 letters, digits, `.`, `_` and `-` of one script (UTS 39, highly restrictive), with a letter or a digit first and last')

export const registerBody = z
  .strictObject({
    username: newUsername,
    password: z.string(),
    email: z.email().max(254).optional(),
    remember,
    delivery,
  })
  .refine(canRemember, REMEMBER_NEEDS_COOKIE)

export const loginBody = z
  .strictObject({ username: z.string(), password: z.string(), remember, delivery })
  .refine(canRemember, REMEMBER_NEEDS_COOKIE)

export const passwordBody = z.strictObject({ current: z.string(), next: z.string() })
export const accountDeletionBody = z.strictObject({ password: z.string() })
export const clientDataBody = z.strictObject({ data: jsonObject })
export const mergePatchBody = jsonObject.describe('a merge patch (RFC 7396): null removes a name')
export const auditEventBody = z.strictObject({
  action: z.string().describe('such as `order.placed`; the prefixes of Latchkey are reserved'),
  detail: jsonObject.optional(),
})

const cursor = z.string().min(1).optional().describe('`next` of the previous page')
const limit = z
  .string()
  .regex(/^\d{1,3}$/)
  .transform(Number)
  .pipe(z.int().min(1).max(PAGE_LIMITS.max))
  .default(PAGE_LIMITS.usual)

export const auditEventsQuery = z.object({ before: cursor, limit })
export const logoutQuery = z.object({
  everywhere: z
    .enum(['true', 'false'])
    .default('false')
    .describe('whether to revoke all credentials of the user; a token that is bound to a key then needs its DPoP proof'),
})
export const revokeOthersQuery = z.object({ except: z.literal('current') })

const user = z.object({ id: z.string(), username: z.string(), roles: z.array(z.string()) })

const session = z.object({
  id: z.string(),
  startedAt: time,
  lastSeenAt: time,
  idleTimeout: seconds,
  expiresAt: time,
  remembered: z.boolean().describe('whether a remember-me login started it'),
})

export const signedInResponse = z.object({
  user,
  token: z.string().describe('a signed JWT (RFC 9068) for the Authorization header'),
  tokenType: z.enum(['Bearer', 'DPoP']).describe('`DPoP` where the token is bound to a key (RFC 9449)'),
  expiresIn: seconds,
  session,
  sessionCredential: z.string().optional().describe('only with delivery "header": for `Authorization: Session <value>`'),
})

export const currentSessionResponse = z.object({ user, session, via: z.enum(['cookie', 'header', 'token']) })
export const sessionDataResponse = z.object({ data: jsonObject, version: z.int() })
export const clientDataResponse = z.object({ data: jsonObject })
export const revokedResponse = z.object({ ended: z.object({ sessions: z.int(), rememberMe: z.int() }) })

export const deviceInstructionsResponse = z.union([
  z.object({
    session_identifier: z.string(),
    refresh_url: z.string(),
    scope: z.object({ include_site: z.literal(false), scope_specification: z.array(z.never()) }),
    credentials: z.array(z.object({ type: z.literal('cookie'), name: z.string(), attributes: z.string() })),
    allowed_refresh_initiators: z.array(z.string()),
  }),
  z.object({ continue: z.literal(false) }).describe('the sign-in was revoked or expired: the browser forgets the binding'),
])

export const sessionsResponse = z.array(
  z.object({
    id: z.string().describe('of the lineage'),
    current: z.boolean().describe('whether it is the lineage of this request'),
    kind: z.enum(['session', 'remember_me']).describe('`remember_me` where a new session can start without a password'),
    lineage: z.string(),
    startedAt: time,
    lastSeenAt: time,
    expiresAt: time,
    ip: z.string(),
    userAgent: z.string(),
    bound: z.boolean().describe('whether a copy is useless without the device that the lineage is bound to'),
    sessions: z.int().describe('how many sessions are active'),
  }),
)

export const auditEventResponse = z.object({
  id: z.string(),
  at: time,
  action: z.string(),
  outcome: z.enum(['success', 'failure', 'rate_limited']),
  severity: z.enum(['info', 'notice', 'warning', 'alarm']),
  sessionId: nullable,
  ip: z.string(),
  userAgent: z.string(),
  detail: jsonObject,
})

export const auditEventsResponse = z.object({ events: z.array(auditEventResponse), next: nullable })

const roles = z.array(z.string().regex(ROLE)).max(32).describe('each a lower-case letter, then at most 31 of `a-z 0-9 _ -`')

export const usersQuery = z.object({
  name: z.string().min(1).optional().describe('only the user with this username or id'),
  after: cursor,
  limit,
})
export const newUserBody = z.strictObject({
  username: newUsername,
  password: z.string(),
  email: z.email().max(254).optional(),
  roles: roles.default([]),
})
export const userChangeBody = z
  .strictObject({ roles: roles.optional(), disabled: z.boolean().optional(), password: z.string().optional() })
  .refine((change) => Object.keys(change).length === 1, 'one of them: each is a change of its own')
  .meta({ minProperties: 1, maxProperties: 1 })
export const serviceKeyBody = z.strictObject({
  service: z.string().refine(isServiceName, 'a name').describe('name of the service: 1 to 64 visible characters'),
})

const userRecord = z.object({
  id: z.string(),
  username: z.string(),
  email: nullable,
  roles: z.array(z.string()),
  disabled: z.boolean(),
  createdAt: time,
})

export const usersResponse = z.object({ users: z.array(userRecord), next: nullable })
export const userResponse = z.object({ user: userRecord })
export const changedUserResponse = z.object({ user: userRecord, ended: revokedResponse.shape.ended })

const key = z.object({ id: z.string(), use: z.string().describe('`signs`, `next`, `retired` or `service <name>`'), createdAt: time })
export const keysResponse = z.object({ signing: z.array(key.extend({ alg: z.enum(TOKEN_ALGORITHMS) })), services: z.array(key) })
export const rotatedResponse = z.object({ signing: z.string(), next: z.string() })
export const newServiceKeyResponse = z.object({
  id: z.string(),
  service: z.string(),
  key: z.string().describe('shown only now; for `Authorization: Service <key>`'),
})
export const removedKeyResponse = z.object({ removed: z.string(), service: z.string() })

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  reason: z.string().optional(),
  setting: z.string().optional(),
  field: z.string().optional(),
  refreshable: z.boolean().optional(),
})

export const jwksResponse = z.object({
  keys: z.array(
    z.object({
      kty: z.enum(['OKP', 'EC']).describe('`OKP` with Ed25519 and EdDSA, `EC` with P-256 and ES256'),
      crv: z.enum(['Ed25519', 'P-256']),
      use: z.literal('sig'),
      alg: z.enum(TOKEN_ALGORITHMS),
      kid: z.string(),
      x: z.string(),
      y: z.string().optional().describe('only for P-256 keys'),
    }),
  ),
})

export const serverMetadataResponse = z.object({
  issuer: z.string(),
  jwks_uri: z.string(),
  response_types_supported: z.array(z.string()).describe('empty: there is no authorization endpoint'),
  grant_types_supported: z.array(z.string()).describe('empty: there is no OAuth token endpoint'),
  access_token_signing_alg_values_supported: z
    .array(z.enum(TOKEN_ALGORITHMS))
    .describe('algorithms of the keys at `jwks_uri`; the first one signs'),
  dpop_signing_alg_values_supported: z.array(z.string()).optional().describe('RFC 9449; absent where DPoP is off'),
  service_documentation: z.string(),
})

export const readinessResponse = z.object({ status: z.enum(['ok', 'failing', 'stopping']), parts: z.record(z.string(), z.string()) })
export const livenessResponse = z.object({ status: z.literal('ok') })

export type SignedInResponse = z.infer<typeof signedInResponse>
export type CurrentSessionResponse = z.infer<typeof currentSessionResponse>
export type SessionsResponse = z.infer<typeof sessionsResponse>
export type UserChange = z.infer<typeof userChangeBody>
export type UserResponse = z.infer<typeof userResponse>
export type KeysResponse = z.infer<typeof keysResponse>
export type AuditEventResponse = z.infer<typeof auditEventResponse>
