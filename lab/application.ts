// The application site: Latchkey's own paths, and beside them the lab page with its actions.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { replayStolenCredential } from './attacker-client.ts'
import type { Bundle } from './bundle.ts'
import type { BoundBrowser } from './device-bound-browser.ts'
import { DEMO_USER } from './fixtures.ts'
import type { LabServer } from './lab-server.ts'
import { labPage } from './page-markup.ts'
import { cookiesOf, createRequestLog, truncate } from './request-log.ts'
import { createServerStateReader } from './server-state.ts'
import type { State, StolenCredential } from './types.ts'

const MINUTE = 60_000
const CONTENT_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export function createApplicationListener(labServer: LabServer, bound: BoundBrowser, page: Bundle, attackerUrl: string): RequestListener {
  const requestLog = createRequestLog()
  const readServerState = createServerStateReader(labServer)
  const stolen = new Map<StolenCredential['kind'], StolenCredential>()

  async function state(request: IncomingMessage): Promise<State> {
    const cookies = cookiesOf(request)
    return {
      now: labServer.now(),
      userId: await ownerOf(cookies),
      browser: Object.entries(cookies).map(([name, value]) => ({ name, value: truncate(value) })),
      server: await readServerState(),
      requestLog: requestLog.entries,
    }
  }

  async function ownerOf(cookies: Readonly<Record<string, string>>): Promise<string | null> {
    for (const name of ['session', 'remember']) {
      const found = await labServer.store.credentials.find(cookies[name]?.split('.')[0] ?? '')
      if (found !== undefined && found.kind !== 'tombstone') return found.userId
    }
    return null
  }

  const actions: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse, body: string) => Promise<object>>> = {
    '/lab/state': state,
    '/lab/wait': async (_request, _response, body) => {
      labServer.advanceClock(Number(body) * MINUTE)
      return {}
    },
    // Like a browser that is closed: cookies without Max-Age are deleted.
    '/lab/close-browser': async (_request, response) => {
      response.setHeader(
        'set-cookie',
        ['session', 'data'].map((name) => `latchkey_${name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`),
      )
      return {}
    },
    '/lab/copy': async (request, _response, body) => {
      const { kind, token } = JSON.parse(body) as { readonly kind: StolenCredential['kind']; readonly token?: string }
      const value = kind === 'token' ? token : cookiesOf(request)[kind]
      if (value) stolen.set(kind, { kind, value })
      return { copied: Boolean(value) }
    },
    '/lab/bound': (_request, _response, body) => (body === 'token' ? bound.stealToken() : bound.stealJar()),
    '/lab/use': async (_request, _response, body) => {
      const credential = stolen.get(body as StolenCredential['kind'])
      return { attempts: credential ? await replayStolenCredential(labServer.url, credential) : [] }
    },
  }

  async function handleLabRequest(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const isOtherHost = request.headers.host !== new URL(labServer.url).host
    // By its IP address the application would be same-site with the attacker.
    if (path === '/' || (path === '/lab' && isOtherHost)) response.writeHead(303, { location: `${labServer.url}/lab` }).end()
    else if (path === '/lab') send(response, 'text/html; charset=utf-8', await labPage(request, DEMO_USER, attackerUrl))
    else if (path === '/lab/page.js') send(response, 'text/javascript', page.script)
    else if (path === '/lab/page.css') send(response, 'text/css', page.style)
    else {
      const action = Object.hasOwn(actions, path) ? actions[path] : undefined
      // Only the lab page may call the lab's actions.
      if (action === undefined || request.headers['sec-fetch-site'] !== 'same-origin') response.writeHead(404).end()
      else send(response, 'application/json', JSON.stringify(await action(request, response, await textOf(request))))
    }
  }

  return (request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '/'
    const isLab = path === '/' || path === '/lab' || path.startsWith('/lab/')
    if (!isLab && path.startsWith('/access/')) requestLog.record(request, response, labServer.now())
    const handle = async () => (isLab ? handleLabRequest(request, response, path) : labServer.listener(request, response))
    handle().catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      response.destroy()
    })
  }
}

function send(response: ServerResponse, type: string, body: string): void {
  response
    .writeHead(200, {
      'content-type': type,
      'cache-control': 'no-store',
      'content-security-policy': CONTENT_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    })
    .end(body)
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}
