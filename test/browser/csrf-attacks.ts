// Cross-site requests that an attacker's page can trigger: forms, images, frames, beacons, sockets, fetch.

import type { BrowserContext, Page } from 'playwright-core'

export interface Target {
  readonly latchkey: string
  readonly userId: string
  readonly sessionId: string
}

type Path = (target: Target) => string

export interface Attack {
  readonly name: string
  /** Runs in the attacker's page; resolves when the request was sent, or with the status if the page can read it. */
  readonly run: (page: Page, target: Target) => Promise<unknown>
}

/** Requests that change something or return a credential. */
const PATHS: readonly (readonly [method: string, path: Path, body?: string])[] = [
  ['POST', () => '/access/token'],
  ['POST', () => '/access/login', '{"username":"mallory","password":"blue-tulip-under-7-moons"}'],
  ['POST', () => '/access/register', '{"username":"forged","password":"blue-tulip-under-7-moons"}'],
  ['POST', () => '/access/password', '{"current":"blue-tulip-under-7-moons","next":"nine-amber-kites-over-sand"}'],
  ['POST', () => '/access/audit-events', '{"action":"order.placed"}'],
  ['POST', ({ userId }) => `/access/logout/${userId}`],
  ['GET', ({ userId }) => `/access/logout/${userId}`],
  ['GET', ({ userId }) => `/access/logout/${userId}?everywhere=true`],
]

const FETCH_PATHS: typeof PATHS = [
  ...PATHS,
  ['GET', () => '/access/session'],
  ['GET', () => '/access/audit-events'],
  ['PATCH', () => '/access/session/data', '{"stolen":true}'],
  ['PUT', () => '/access/client-data', '{"data":{"stolen":true}}'],
  ['DELETE', () => '/access/sessions?except=current'],
  ['DELETE', ({ sessionId }) => `/access/sessions/${sessionId}`],
  ['DELETE', () => '/access/account', '{"password":"blue-tulip-under-7-moons"}'],
]

export const ATTACKS: readonly Attack[] = [
  ...PATHS.flatMap(([method, path, body]) => [form(method, path, body, '_self'), form(method, path, body, 'frame')]),
  ...FETCH_PATHS.flatMap(([method, path, body]) => fetches(method, path, body)),
  ...PATHS.filter(([method]) => method === 'POST').map(([, path, body]) => beacon(path, body)),
  ...PATHS.filter(([method]) => method === 'GET').flatMap(([, path]) => [image(path), frame(path), link(path)]),
  frame(() => '/account'),
  frame(() => '/sign-in'),
  socket(() => '/access/session'),
  socket(({ userId }) => `/access/logout/${userId}`),
  script(({ userId }) => `/access/logout/${userId}`),
  formWithOverride(),
]

/** A form body that looks like JSON: the field name is its beginning, the value its end. */
function form(method: string, path: Path, body: string | undefined, into: '_self' | 'frame'): Attack {
  return {
    name: `${method} form ${into === 'frame' ? 'into a frame' : 'that navigates the page'} to ${displayPath(path)}`,
    async run(page, target) {
      const action = target.latchkey + path(target)
      await Promise.all([
        into === '_self'
          ? page.waitForEvent('framenavigated', (each) => each === page.mainFrame())
          : page.waitForResponse((response) => response.url().startsWith(action.split('?', 1)[0] ?? action)),
        page.evaluate(
          ({ method, action, body, into }) => {
            const frame = document.createElement('iframe')
            frame.name = 'frame'
            const form = document.createElement('form')
            form.method = method
            form.action = action
            form.target = into
            form.enctype = 'text/plain'
            if (body !== undefined) {
              const input = document.createElement('input')
              input.name = body.slice(0, -1)
              input.value = ',"padding":"="}'
              form.append(input)
            }
            document.body.append(frame, form)
            form.submit()
          },
          { method, action, body, into },
        ),
      ])
    },
  }
}

type Init = Pick<RequestInit, 'credentials' | 'mode' | 'referrerPolicy' | 'keepalive'> & { readonly headers?: Record<string, string> }

function fetches(method: string, path: Path, body: string | undefined): readonly Attack[] {
  const simple = method === 'GET' || method === 'POST'
  const variants: readonly (readonly [string, Init])[] = [
    ['with credentials', { credentials: 'include', mode: 'cors' }],
    ['same-origin', { credentials: 'include', mode: 'same-origin' }],
    ['with credentials and a JSON type', { credentials: 'include', headers: { 'content-type': 'application/json' } }],
    ['with credentials and a made-up header', { credentials: 'include', headers: { authorization: 'Bearer a.b.c' } }],
    ['with credentials, no referrer', { credentials: 'include', referrerPolicy: 'no-referrer' }],
    ['kept alive', { credentials: 'include', keepalive: true }],
    ...(simple ? ([['no-cors', { credentials: 'include', mode: 'no-cors' }]] as const) : []),
    ...(simple
      ? ([['no-cors without referrer', { credentials: 'include', mode: 'no-cors', referrerPolicy: 'no-referrer' }]] as const)
      : []),
  ]
  return variants.map(([variant, init]) => ({
    name: `${method} fetch ${variant} to ${displayPath(path)}`,
    run: (page, target) =>
      page.evaluate(({ url, init }) => fetch(url, init).then(({ status }) => status, String), {
        url: target.latchkey + path(target),
        init: { ...init, method, ...(body === undefined ? {} : { body }) },
      }),
  }))
}

function beacon(path: Path, body: string | undefined): Attack {
  return {
    name: `beacon to ${displayPath(path)}`,
    run: (page, target) =>
      page.evaluate(
        async ({ url, body }) => {
          navigator.sendBeacon(url, body)
          navigator.sendBeacon(url, new Blob([body], { type: 'text/plain' }))
          await new Promise((resolve) => setTimeout(resolve, 30))
        },
        { url: target.latchkey + path(target), body: body ?? '' },
      ),
  }
}

function element(kind: 'image' | 'frame' | 'script', path: Path): Attack {
  return {
    name: `${kind} of ${displayPath(path)}`,
    run: (page, target) =>
      page.evaluate(
        ({ kind, url }) =>
          new Promise((resolve) => {
            const element = document.createElement(kind === 'image' ? 'img' : kind === 'frame' ? 'iframe' : 'script') as HTMLImageElement
            element.onload = element.onerror = resolve
            element.src = url
            document.body.append(element)
            setTimeout(resolve, 300)
          }),
        { kind, url: target.latchkey + path(target) },
      ),
  }
}

function image(path: Path): Attack {
  return element('image', path)
}

function frame(path: Path): Attack {
  return element('frame', path)
}

function script(path: Path): Attack {
  return element('script', path)
}

function link(path: Path): Attack {
  return {
    name: `link to ${displayPath(path)}`,
    async run(page, target) {
      const navigated = page.waitForEvent('framenavigated', (each) => each === page.mainFrame())
      await page.evaluate((url) => {
        location.href = url
      }, target.latchkey + path(target))
      await navigated
    },
  }
}

function socket(path: Path): Attack {
  return {
    name: `socket to ${displayPath(path)}`,
    run: (page, target) =>
      page.evaluate(
        (url) =>
          new Promise((resolve) => {
            const socket = new WebSocket(url)
            socket.onopen = socket.onerror = socket.onclose = resolve
          }),
        target.latchkey.replace('https', 'wss') + path(target),
      ),
  }
}

function formWithOverride(): Attack {
  const attack = form('POST', () => '/access/account?_method=DELETE', '{"password":"blue-tulip-under-7-moons","_method":"DELETE"}', 'frame')
  return { ...attack, name: 'POST form that overrides the method' }
}

function displayPath(path: Path): string {
  return path({ latchkey: '', userId: 'USER_ID', sessionId: 'SESSION_ID' })
}

/** Runs every attack, each in a newly loaded page of the attacker. */
export async function attackAll(
  browser: BrowserContext,
  origin: string,
  target: Target,
  onDone: (attack: Attack, read: unknown) => void,
): Promise<void> {
  const page = await browser.newPage()
  for (const attack of ATTACKS) {
    await page.goto(`${origin}/attack`)
    onDone(attack, await attack.run(page, target))
  }
  await page.close()
}
