// A curl command for each path of the API reference, with shell variables for values to fill in.

import type { ApiOperation } from '../http/openapi.ts'

const BODIES: Readonly<Record<string, object>> = {
  'POST /access/register': { username: 'ada', password: 'blue-tulip-under-7-moons' },
  'POST /access/login': { username: 'ada', password: 'blue-tulip-under-7-moons', delivery: 'header' },
  'PATCH /access/session/data': { cart: ['tea'] },
  'PUT /access/client-data': { data: { theme: 'dark' } },
  'POST /access/audit-events': { action: 'order.placed', detail: { number: 7 } },
  'POST /access/password': { current: 'blue-tulip-under-7-moons', next: 'seven-grey-herons-at-dusk' },
  'POST /access/admin/users': { username: 'grace', password: 'seven-grey-herons-at-dusk', roles: ['editor'] },
  'PATCH /access/admin/users/{userId}': { roles: ['editor'] },
  'POST /access/admin/keys': { service: 'orders' },
  'DELETE /access/account': { password: 'blue-tulip-under-7-moons' },
}
const QUERIES: Readonly<Record<string, string>> = {
  'DELETE /access/sessions': '?except=current',
  'GET /access/audit-events': '?limit=20',
  'GET /access/admin/users': '?name=ada',
}
const MORE_HEADERS: Readonly<Record<string, readonly string[]>> = { 'GET /access/verify': ['X-Forwarded-Method: GET'] }
const VARIABLES: Readonly<Record<string, string>> = { userId: '$USER_ID', id: '$SESSION', keyId: '$KEY_ID' }

/** @param name method and path, as in the OpenAPI document */
export function curlExample(name: string, operation: ApiOperation, publicUrl: string): string {
  const [method = '', path = ''] = name.split(' ')
  const [auth] = operation.security.map((one) => Object.keys(one)[0])
  const headers = [
    ...(auth === 'serviceKey' ? ['Authorization: Service $SERVICE_KEY'] : []),
    ...(auth === 'sessionHeader' ? ['Authorization: Session $SESSION_CREDENTIAL'] : []),
    ...(auth === 'token' ? ['Authorization: Bearer $TOKEN'] : []),
    ...Object.keys(operation.requestBody?.content ?? {}).map((type) => `Content-Type: ${type}`),
    ...(MORE_HEADERS[name] ?? []),
  ]
  const body = BODIES[name]
  const target = publicUrl + path.replace(/\{(\w+)\}/g, (_, parameter: string) => VARIABLES[parameter] ?? '') + (QUERIES[name] ?? '')
  return [
    `curl${method === 'GET' || (method === 'POST' && body !== undefined) ? '' : ` -X ${method}`} "${target}"`,
    ...headers.map((header) => `-H "${header}"`),
    ...(body === undefined ? [] : [`-d '${JSON.stringify(body)}'`]),
  ].join(' \\\n  ')
}
