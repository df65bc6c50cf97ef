// The attacker's site: one page that forges requests, as its query says, in the browser of a signed-in user.

import type { RequestListener } from 'node:http'
import type { Bundle } from './bundle.ts'

/** @param target the URL of the application */
export function createAttackerListener({ script }: Bundle, target: string): RequestListener {
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Win a prize!</title><body data-target="${target}">
<h1>Win a prize!</h1><p>This page belongs to the attacker.</p><output id="result"></output><script type="module" src="/attack.js"></script></body></html>`
  return (request, response) => {
    if (request.url === '/attack.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
    else if (request.url?.startsWith('/forge')) response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
    else response.writeHead(404).end()
  }
}
