// Routes of the pages. They only read: changes go to the API.

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
import { hasSignInCookie } from './has-sign-in-cookie.ts'
import { type Language, languageCookie, languageOf } from './language.ts'
import { registerPage } from './register.ts'
import { HOME, preservedQuery, signInPage } from './sign-in.ts'
import { signedOutPage } from './signed-out.ts'
import { TEXTS } from './texts.ts'
import { wellKnownPaths } from './well-known-paths.ts'

const ADMIN = '/admin'

const IMMUTABLE_CACHE = 'public, max-age=31536000, immutable'
/** For files whose URL stays the same when their content changes. */
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
  /** A page that depends on the sign-in state. */
  const statefulPage = (path: string, summary: string, make: RenderStatefulPage) =>
    htmlRoute(path, summary, async (call, language) => {
      const state = await loadSignInState(call)
      return render('pages', () => make(call, language, state), call, language)
    })
  /** A page for signed-in users; others are redirected to the sign-in page. */
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
    page('/docs', 'The API reference.', cachedApiPage()),
    page('/docs/errors', 'The meaning of each error code.', errorsPage),
    protectedPage(HOME, 'The account page.', 'account', consolePage(HOME, 'accountTitle', 'loading')),
    protectedPage(ADMIN, 'The admin page.', 'admin', consolePage(ADMIN, 'adminTitle', 'adminLoading')),
  ]
  return [
    ...pages,
    ...pages.map(({ path }) => withoutSlash(path)),
    ...wellKnownPaths,
    openRoute({
      ...PUBLIC,
      path: '/',
      summary: 'Redirects to the account page or the sign-in page.',
      responses: { 303: null },
      run: async (call) => ({ status: 303, headers: { location: hasSignInCookie(call) ? HOME : '/sign-in' } }),
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
      summary: 'The browser client as one module, importable without a build step.',
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

/** Rendered once for each language: it is the longest page and the same for all users. */
function cachedApiPage(): RenderPage {
  const rendered = new Map<Language, Page>()
  return ({ app: { publicUrl, engine } }, language) => {
    const { cookies } = engine.policy
    const document = () => describeApi(withApiDescription(routes, publicUrl, cookies), publicUrl, cookies)
    const page = rendered.get(language) ?? apiPage(document(), publicUrl, language)
    rendered.set(language, page)
    return page
  }
}

const PUBLIC = { method: 'GET', auth: 'allowed-origin', responses: { 200: null } } as const

/** Redirects the same path with a trailing slash. */
function withoutSlash(path: string): Route {
  return openRoute({
    ...PUBLIC,
    path: `${path}/`,
    auth: 'none',
    summary: 'Redirects to the same path without a trailing slash.',
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
