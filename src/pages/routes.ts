// The paths of the pages. They read and never change anything: what changes something goes to the API, with its proofs.

import { html } from 'hono/html'
import { AuthError } from '../domain/errors.ts'
import type { Incoming } from '../http/message.ts'
import { describeApi, withApiDescription } from '../http/openapi.ts'
import { type Call, type Outcome, openRoute, type Route } from '../http/route.ts'
import { routes } from '../http/routes/index.ts'
import { type KnownState, signInStateOf } from '../http/sign-in-state.ts'
import { apiPage } from './api-page.ts'
import { type Asset, type Assets, BUILT_ASSETS } from './assets.ts'
import { consolePage } from './console-page.ts'
import { ASSET_PATH, type Page, pageOutcome, VARY } from './document.ts'
import { errorsPage } from './errors-page.ts'
import { keepChoice, type Language, languageOf } from './language.ts'
import { mayBeSignedIn } from './may-be-signed-in.ts'
import { registerPage } from './register.ts'
import { HOME, keeping, signInPage } from './sign-in.ts'
import { signedOutPage } from './signed-out.ts'
import { TEXTS } from './texts.ts'
import { wellKnownPaths } from './well-known-paths.ts'

const ADMIN = '/admin'

const FOREVER = 'public, max-age=31536000, immutable'
/** Its address stays the same when it changes. */
const A_WHILE = 'public, max-age=300'

type MakePage = (call: Call<unknown, unknown>, language: Language) => Page
type MakePageOfState = (call: Call<unknown, unknown>, language: Language, state: KnownState) => Page

export function pageRoutes(assets: Assets = BUILT_ASSETS): readonly Route[] {
  async function draw(
    name: 'pages' | 'account' | 'admin',
    make: MakePage,
    call: Call<unknown, unknown>,
    language: Language,
  ): Promise<Outcome> {
    const entry = assets.entry(name)
    return entry === undefined ? notBuilt(language) : pageOutcome(make(call, language), entry)
  }
  const page = (path: string, summary: string, make: MakePage) =>
    htmlRoute(path, summary, (call, language) => draw('pages', make, call, language))
  /** It says something of a sign-in, so it looks first. */
  const pageOfState = (path: string, summary: string, make: MakePageOfState) =>
    htmlRoute(path, summary, async (call, language) => {
      const state = await signInStateOf(call)
      return draw('pages', () => make(call, language, state), call, language)
    })
  /** For whoever is signed in. */
  const ownPage = (path: string, summary: string, name: 'account' | 'admin', make: MakePage) =>
    htmlRoute(path, summary, async (call, language) => {
      const state = await signInStateOf(call)
      return state.is === 'signed-out' ? toSignIn(call, language, path, state.reason) : draw(name, make, call, language)
    })

  const pages = [
    pageOfState('/sign-in', 'The sign-in page.', signInPage),
    pageOfState('/register', 'The registration page.', registerPage),
    htmlRoute('/signed-out', 'The page after signing out.', async (call, language) => {
      const state = await signInStateOf(call)
      const outcome = await draw('pages', () => signedOutPage(call, language, state), call, language)
      return state.is === 'unknown' ? { ...outcome, status: 503, headers: { ...outcome.headers, 'retry-after': '1' } } : outcome
    }),
    page('/docs', 'The API, for people to read.', apiPageOnce()),
    page('/docs/errors', 'What each code of an error means.', errorsPage),
    ownPage(HOME, 'The account page.', 'account', consolePage(HOME, 'accountTitle', 'loading')),
    ownPage(ADMIN, 'The page for administrators.', 'admin', consolePage(ADMIN, 'adminTitle', 'adminLoading')),
  ]
  return [
    ...pages,
    ...pages.map(({ path }) => withoutSlash(path)),
    ...wellKnownPaths,
    openRoute({
      ...PUBLIC,
      path: '/',
      summary: 'To the account, or to the sign-in page.',
      answers: { 303: null },
      run: async (call) => ({ status: 303, headers: { location: mayBeSignedIn(call) ? HOME : '/sign-in' } }),
    }),
    openRoute({
      ...PUBLIC,
      path: `${ASSET_PATH}:name`,
      proof: 'none',
      summary: 'A script or a style of the pages.',
      run: async ({ request, parameter }) => {
        const asset = assets.file(parameter)
        return asset === undefined ? new AuthError('resource.not_found') : assetOutcome(request, asset, FOREVER)
      },
    }),
    openRoute({
      ...PUBLIC,
      path: '/access/client.js',
      proof: 'none',
      summary: 'The client for browsers, as one module that pages can import without building anything.',
      run: async ({ request }) => {
        const asset = assets.file(assets.entry('client')?.script ?? '')
        return asset === undefined ? new AuthError('resource.not_found') : assetOutcome(request, asset, A_WHILE)
      },
    }),
  ]
}

function assetOutcome(request: Incoming, asset: Asset, cacheControl: string): Outcome {
  const zipped = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(request.header('accept-encoding') ?? '')
  return {
    content: { type: asset.type, body: zipped ? asset.gzipped : asset.plain },
    headers: { 'cache-control': cacheControl, vary: 'Accept-Encoding', ...(zipped && { 'content-encoding': 'gzip' }) },
  }
}

/** Drawn once in each language: it is the longest page, and says the same to everybody. */
function apiPageOnce(): MakePage {
  const drawn = new Map<Language, Page>()
  return ({ app: { publicUrl, parts } }, language) => {
    const { cookies } = parts.policy
    const all = () => describeApi(withApiDescription(routes, publicUrl, cookies), publicUrl, cookies)
    const page = drawn.get(language) ?? apiPage(all(), publicUrl, language)
    drawn.set(language, page)
    return page
  }
}

const PUBLIC = { method: 'GET', proof: 'origin', answers: { 200: null } } as const

/** The same path with a slash at its end leads to it. */
function withoutSlash(path: string): Route {
  return openRoute({
    ...PUBLIC,
    path: `${path}/`,
    proof: 'none',
    summary: 'To the same path without a slash at its end.',
    answers: { 308: null },
    run: async ({ request }) => ({ status: 308, headers: { location: request.query === '' ? path : `${path}?${request.query}` } }),
  })
}

function htmlRoute(path: string, summary: string, run: (call: Call<unknown, unknown>, language: Language) => Promise<Outcome>): Route {
  return openRoute({
    ...PUBLIC,
    path,
    summary,
    async run(call) {
      const { cookies } = call.parts.policy
      const outcome = await run(call, languageOf(call.request, cookies.stem))
      return { ...outcome, cookies: keepChoice(call.request, cookies) }
    },
  })
}

function toSignIn({ request }: Call<unknown, unknown>, language: Language, path: string, reason: string | undefined): Outcome {
  const query = new URLSearchParams(keeping(request.query, language))
  query.set('return', path)
  if (reason !== undefined) query.set('reason', reason)
  return { status: 303, headers: { location: `/sign-in?${query}`, vary: VARY } }
}

async function notBuilt(language: Language): Promise<Outcome> {
  const body =
    await html`<!doctype html><html lang="${language}"><meta charset="utf-8"><title>Latchkey</title><p>${TEXTS[language].notBuilt}</p></html>`
  return { status: 503, content: { type: 'text/html; charset=utf-8', body: String(body) } }
}
