// Latchkey's own paths: cookies, origins, API and pages. Each file that exports from here puts it at one path.

import { connection } from 'next/server'
import { openLatchkey } from './latchkey'
import { peerOf } from './peer'

async function answer(request: Request): Promise<Response> {
  // Never while building: every answer belongs to one request.
  await connection()
  const latchkey = await openLatchkey()
  // Next.js compresses by itself, and takes the header off what comes compressed already.
  const headers = new Headers(request.headers)
  headers.delete('accept-encoding')
  const { url, method, body } = request
  const init: RequestInit & { readonly duplex: 'half' } = { method, headers, body, duplex: 'half' }
  return latchkey.handler(new Request(url, init), peerOf(headers))
}

export { answer as DELETE, answer as GET, answer as HEAD, answer as OPTIONS, answer as PATCH, answer as POST, answer as PUT }
