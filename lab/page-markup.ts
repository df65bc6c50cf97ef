// The markup of the lab page: controls, results, and three columns of state.

import type { IncomingMessage } from 'node:http'
import { html } from 'hono/html'
import { DEFAULT_COOKIE_STEM } from '../src/domain/persisted-names.ts'
import { type Language, languageOf } from '../src/pages/language.ts'
import { LAB_TEXTS, type LabTexts } from './texts.ts'

type Markup = ReturnType<typeof html>

export async function labPage(
  request: IncomingMessage,
  user: { readonly username: string; readonly password: string },
  attackerUrl: string,
): Promise<string> {
  const language = languageOfRequest(request)
  const texts: LabTexts = LAB_TEXTS[language]
  return String(
    await html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${texts.title} · Latchkey</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/lab/page.css">
<script type="module" src="/lab/page.js"></script>
</head>
<body data-attacker="${attackerUrl}">
<header>
<h1>Latchkey <span>${texts.title}</span></h1>
<p class="clock">${texts.clock} <time id="clock">–</time></p>
<nav aria-label="Language">${link('en', 'English', language)} ${link('zh-CN', '中文', language)}</nav>
</header>
<main>
<p class="intro">${texts.intro}</p>
<div class="controls">
${group(
  texts.you,
  html`<div class="inputs"><label>${texts.username} <input id="username" value="${user.username}" autocomplete="off" spellcheck="false"></label>
<label>${texts.password} <input id="password" value="${user.password}" autocomplete="off" spellcheck="false"></label>
<label class="check"><input type="checkbox" id="remember" checked> ${texts.remember}</label></div>
${actionButtons(texts, ['signIn', 'register', 'read', 'changeByCookie', 'change', 'renew', 'signOut', 'signOutEverywhere'])}`,
)}
${group(texts.time, actionButtons(texts, ['closePage', 'closeBrowser', 'wait5', 'wait20']))}
${group(
  texts.attacker,
  html`${actionButtons(texts, ['copySession', 'useSession', 'copyRemember', 'useRemember', 'copyToken', 'useToken'], 'pairs')}
<p class="soft">${texts.withKeys}</p>${actionButtons(texts, ['stealJar', 'stealBoundToken'])}`,
)}
${group(texts.otherSite, actionButtons(texts, ['forgeForm', 'forgeImage', 'forgeLink', 'forgeFetch', 'forgeHeader', 'forgeLogin']))}
</div>
<section class="results" aria-labelledby="cards-title"><h2 id="cards-title">${texts.cards}</h2><div id="cards" aria-live="polite"><p class="soft">${texts.nothing}</p></div></section>
<div class="columns">
<section aria-labelledby="browser-title"><h2 id="browser-title">${texts.browser}</h2><p class="soft">${texts.browserNote}</p><div id="browser"></div></section>
<section aria-labelledby="server-title"><h2 id="server-title">${texts.server}</h2><p class="soft">${texts.serverNote}</p><div id="server"></div></section>
<section aria-labelledby="requests-title"><h2 id="requests-title">${texts.requests}</h2><div id="requests"></div></section>
</div>
</main>
</body>
</html>`,
  )
}

function group(title: string, inner: Markup): Markup {
  return html`<fieldset><legend>${title}</legend>${inner}</fieldset>`
}

function actionButtons(texts: LabTexts, names: readonly (keyof LabTexts & string)[], layout = ''): Markup {
  return html`<div class="buttons ${layout}">${names.map((name) => html`<button type="button" data-do="${name}">${texts[name]}</button>`)}</div>`
}

function link(language: Language, name: string, current: Language): Markup {
  return html`<a href="/lab?lang=${language}" lang="${language}" hreflang="${language}" aria-current="${language === current}">${name}</a>`
}

/** The language, chosen as Latchkey's pages do. */
function languageOfRequest({ url = '', headers }: IncomingMessage): Language {
  return languageOf({ query: url.split('?')[1] ?? '', header: (name) => headers[name]?.toString() ?? null }, DEFAULT_COOKIE_STEM)
}
