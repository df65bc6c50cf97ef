// The frame of the account page, which draws itself once its script is there.

import { html } from 'hono/html'
import type { Call, Outcome } from '../http/route.ts'
import type { Entry } from './assets.ts'
import { ASSET_PATH, ICON, pageHeaders } from './document.ts'
import type { Language } from './language.ts'
import { TEXTS } from './texts.ts'

export async function accountOutcome(call: Call<unknown, unknown>, language: Language, entry: Entry): Promise<Outcome> {
  const nonce = call.parts.secrets.randomId()
  const texts = TEXTS[language]
  const body = await html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta property="csp-nonce" nonce="${nonce}">
<title>${texts.accountTitle} · Latchkey</title>
<link rel="icon" href="${ICON}">
${entry.styles.map((style) => html`<link rel="stylesheet" href="${ASSET_PATH}${style}">`)}
<script type="module" src="${ASSET_PATH}${entry.script}"></script>
</head>
<body><div id="account"><p role="status">${texts.loading}</p></div><noscript><p>${texts.needsScript}</p></noscript></body>
</html>`
  return { content: { type: 'text/html; charset=utf-8', body: String(body) }, headers: pageHeaders(nonce) }
}
