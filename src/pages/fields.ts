// Form fields shared by sign-in and registration: username, password with a show button, and the remember-me checkbox.

import { html } from 'hono/html'
import { interpolate } from '../client/interpolate.ts'
import type { Markup } from './document.ts'
import type { Texts } from './texts.ts'

export function usernameField(texts: Texts, hint?: string): Markup {
  return html`<div class="field"><label for="username">${texts.username}</label>
<input id="username" name="username" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="128" required${hint === undefined ? '' : html` aria-describedby="username-hint"`}>
${hint === undefined ? '' : html`<p class="hint" id="username-hint">${hint}</p>`}</div>`
}

export function passwordField(texts: Texts, purpose: 'current-password' | 'new-password', below?: Markup): Markup {
  return html`<div class="field"><label for="password">${texts.password}</label>
<div class="secret"><input id="password" name="password" type="password" autocomplete="${purpose}" maxlength="1024" required${below === undefined ? '' : html` aria-describedby="password-hint"`}>
<button type="button" id="show" aria-pressed="false" aria-label="${texts.show}" title="${texts.show}" disabled>${EYE}</button></div>
${below ?? ''}</div>`
}

export function rememberField(texts: Texts, days: number): Markup {
  return html`<div class="choice"><input type="checkbox" id="remember" name="remember" aria-describedby="remember-hint">
<div><label for="remember">${texts.remember}</label><p class="hint" id="remember-hint">${interpolate(texts.rememberHint, { days })}</p></div></div>`
}

/** Error message, submit button and progress of a form. The script enables the button. */
export function formFooter(texts: Texts, label: string): Markup {
  return html`<p class="problem" role="alert" id="problem" hidden></p>
<button type="submit" class="primary" disabled>${label}</button>
<p class="progress" role="status" id="progress"></p>
<noscript><p class="problem">${texts.needsScript}</p></noscript>`
}

const EYE = html`<svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true"><path d="M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12Z"/><circle cx="12" cy="12" r="3"/></svg>`
