// Answers Latchkey's own paths: API and pages. Each route file that exports from here mounts one path.

import { connection } from 'next/server'
import { openLatchkey } from './latchkey'
import { peerOf } from './peer'

async function handle(request: Request): Promise<Response> {
  // Never prerender: every response belongs to one request.
  await connection()
  const latchkey = await openLatchkey()
  // Next.js compresses responses itself, and drops the header of compressed ones.
  const headers = new Headers(request.headers)
  headers.delete('accept-encoding')
  const { url, method, body } = request
  const init: RequestInit & { readonly duplex: 'half' } = { method, headers, body, duplex: 'half' }
  return latchkey.handler(new Request(url, init), peerOf(headers))
}

export { handle as DELETE, handle as GET, handle as HEAD, handle as OPTIONS, handle as PATCH, handle as POST, handle as PUT }
