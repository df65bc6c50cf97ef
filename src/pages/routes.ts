// The paths of the pages. They read and never change anything: what changes something goes to the API, with its proofs.

import { html } from 'hono/html'
import { AuthError } from '../domain/errors.ts'
import type { HttpRequest } from '../http/message.ts'
import { describeApi, withApiDescription } from '../http/openapi.ts'
import { openRoute, type Route, type RouteContext, type RouteResult } from '../http/route.ts'
import { routes } from '../http/routes/index.ts'
import { loadSignInState, type SignInStateOrUnknown } from '../http/sign-in-state.ts'
import { apiPage } from './api-page.ts'
import { type Asset, type Assets, BUILT_ASSETS } from './assets.ts'
import { consolePage } from './console-page.ts'
import { ASSET_PATH, type Page, renderPage, VARY } from './document.ts'
import { errorsPage } from './errors-page.ts'
import { hasSessionCookie } from './has-session-cookie.ts'
import { type Language, languageCookie, languageOf } from './language.ts'
import { registerPage } from './register.ts'
import { HOME, preservedQuery, signInPage } from './sign-in.ts'
import { signedOutPage } from './signed-out.ts'
import { TEXTS } from './texts.ts'
import { wellKnownPaths } from './well-known-paths.ts'

const ADMIN = '/admin'

const IMMUTABLE_CACHE = 'public, max-age=31536000, immutable'
/** Its address stays the same when it changes. */
const SHORT_CACHE = 'public, max-age=300'

type RenderPage = (call: RouteContext<unknown, unknown>, language: Language) => Page
type RenderStatefulPage = (call: RouteContext<unknown, unknown>, language: Language, state: SignInStateOrUnknown) => Page

export function pageRoutes(assets: Assets = BUILT_ASSETS): readonly Route[] {
  async function render(
    name: 'pages' | 'account' | 'admin',
    make: RenderPage,
    call: RouteContext<unknown, unknown>,
    language: Language,
  ): Promise<RouteResult> {
    const entry = assets.entry(name)
    return entry === undefined ? notBuilt(language) : renderPage(make(call, language), entry)
  }
  const page = (path: string, summary: string, make: RenderPage) =>
    htmlRoute(path, summary, (call, language) => render('pages', make, call, language))
  /** It says something of a sign-in, so it looks first. */
  const statefulPage = (path: string, summary: string, make: RenderStatefulPage) =>
    htmlRoute(path, summary, async (call, language) => {
      const state = await loadSignInState(call)
      return render('pages', () => make(call, language, state), call, language)
    })
  /** For whoever is signed in. */
  const protectedPage = (path: string, summary: string, name: 'account' | 'admin', make: RenderPage) =>
    htmlRoute(path, summary, async (call, language) => {
      const state = await loadSignInState(call)
      return state.status === 'signed-out' ? toSignIn(call, language, path, state.reason) : render(name, make, call, language)
    })

  const pages = [
    statefulPage('/sign-in', 'The sign-in page.', signInPage),
    statefulPage('/register', 'The registration page.', registerPage),
    htmlRoute('/signed-out', 'The page after signing out.', async (call, language) => {
      const state = await loadSignInState(call)
      const outcome = await render('pages', () => signedOutPage(call, language, state), call, language)
      return state.status === 'unknown' ? { ...outcome, status: 503, headers: { ...outcome.headers, 'retry-after': '1' } } : outcome
    }),
    page('/docs', 'The API, for people to read.', cachedApiPage()),
    page('/docs/errors', 'What each code of an error means.', errorsPage),
    protectedPage(HOME, 'The account page.', 'account', consolePage(HOME, 'accountTitle', 'loading')),
    protectedPage(ADMIN, 'The page for administrators.', 'admin', consolePage(ADMIN, 'adminTitle', 'adminLoading')),
  ]
  return [
    ...pages,
    ...pages.map(({ path }) => withoutSlash(path)),
    ...wellKnownPaths,
    openRoute({
      ...PUBLIC,
      path: '/',
      summary: 'To the account, or to the sign-in page.',
      responses: { 303: null },
      run: async (call) => ({ status: 303, headers: { location: hasSessionCookie(call) ? HOME : '/sign-in' } }),
    }),
    openRoute({
      ...PUBLIC,
      path: `${ASSET_PATH}:name`,
      auth: 'none',
      summary: 'A script or a style of the pages.',
      run: async ({ request, parameter }) => {
        const asset = assets.file(parameter)
        return asset === undefined ? new AuthError('resource.not_found') : assetResult(request, asset, IMMUTABLE_CACHE)
      },
    }),
    openRoute({
      ...PUBLIC,
      path: '/access/client.js',
      auth: 'none',
      summary: 'The client for browsers, as one module that pages can import without building anything.',
      run: async ({ request }) => {
        const asset = assets.file(assets.entry('client')?.script ?? '')
        return asset === undefined ? new AuthError('resource.not_found') : assetResult(request, asset, SHORT_CACHE)
      },
    }),
  ]
}

function assetResult(request: HttpRequest, asset: Asset, cacheControl: string): RouteResult {
  const isGzipped = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(request.header('accept-encoding') ?? '')
  return {
    content: { type: asset.type, body: isGzipped ? asset.gzipped : asset.plain },
    headers: { 'cache-control': cacheControl, vary: 'Accept-Encoding', ...(isGzipped && { 'content-encoding': 'gzip' }) },
  }
}

/** Drawn once in each language: it is the longest page, and says the same to everybody. */
function cachedApiPage(): RenderPage {
  const rendered = new Map<Language, Page>()
  return ({ app: { publicUrl, engine } }, language) => {
    const { cookies } = engine.policy
    const all = () => describeApi(withApiDescription(routes, publicUrl, cookies), publicUrl, cookies)
    const page = rendered.get(language) ?? apiPage(all(), publicUrl, language)
    rendered.set(language, page)
    return page
  }
}

const PUBLIC = { method: 'GET', auth: 'allowed-origin', responses: { 200: null } } as const

/** The same path with a slash at its end leads to it. */
function withoutSlash(path: string): Route {
  return openRoute({
    ...PUBLIC,
    path: `${path}/`,
    auth: 'none',
    summary: 'To the same path without a slash at its end.',
    responses: { 308: null },
    run: async ({ request }) => ({ status: 308, headers: { location: request.query === '' ? path : `${path}?${request.query}` } }),
  })
}

function htmlRoute(
  path: string,
  summary: string,
  run: (call: RouteContext<unknown, unknown>, language: Language) => Promise<RouteResult>,
): Route {
  return openRoute({
    ...PUBLIC,
    path,
    summary,
    async run(call) {
      const { cookies } = call.engine.policy
      const outcome = await run(call, languageOf(call.request, cookies.stem))
      return { ...outcome, cookies: languageCookie(call.request, cookies) }
    },
  })
}

function toSignIn({ request }: RouteContext<unknown, unknown>, language: Language, path: string, reason: string | undefined): RouteResult {
  const query = new URLSearchParams(preservedQuery(request.query, language))
  query.set('return', path)
  if (reason !== undefined) query.set('reason', reason)
  return { status: 303, headers: { location: `/sign-in?${query}`, vary: VARY } }
}

async function notBuilt(language: Language): Promise<RouteResult> {
  const body =
    await html`<!doctype html><html lang="${language}"><meta charset="utf-8"><title>Latchkey</title><p>${TEXTS[language].notBuilt}</p></html>`
  return { status: 503, content: { type: 'text/html; charset=utf-8', body: String(body) } }
}
