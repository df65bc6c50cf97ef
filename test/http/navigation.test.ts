// Content negotiation for browsers, programs and scripts: who gets a page, and who a problem document.

import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { isApiPath, prefersHtml } from '../../src/http/content-negotiation.ts'

const CHROMIUM = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'

const getsPage = (headers: Readonly<Record<string, string>>) => prefersHtml({ header: (name) => headers[name] ?? null })

test('a browser navigation gets a page', () => {
  for (const accept of [
    CHROMIUM,
    'text/html',
    'text/html, */*',
    'TEXT/HTML;level=1, application/json;q=0.5',
    'text/html;q=0.3, application/json;q=0.2, */*;q=0.1',
    'text/*, */*;q=0.5',
    'text/html;q=0.5, application/json;q=0',
  ])
    equal(getsPage({ accept }), true, accept)
  equal(getsPage({ accept: CHROMIUM, 'sec-fetch-mode': 'navigate' }), true)
})

test('a program that accepts JSON as much, or has no Accept, gets the problem document', () => {
  for (const accept of [
    '',
    '*/*',
    'application/json',
    'application/problem+json, text/html',
    'application/json, text/html',
    'application/json, text/plain, */*',
    'text/html;q=0',
    'text/html;q=0.5, */*',
    'text/html;q=0.5, application/*;q=0.6',
    'text/plain',
    'image/avif,image/webp,*/*;q=0.8',
  ])
    equal(getsPage({ accept }), false, accept)
  equal(getsPage({}), false)
})

test('a script in a page gets the problem document, whatever it accepts', () => {
  for (const mode of ['cors', 'no-cors', 'same-origin', 'websocket'])
    equal(getsPage({ accept: CHROMIUM, 'sec-fetch-mode': mode }), false, mode)
  equal(getsPage({ accept: 'text/html, */*; q=0.01', 'x-requested-with': 'XMLHttpRequest' }), false)
})

test('only the paths of the API are always for programs', () => {
  for (const path of ['/access/session', '/access/', '/access/logout/x', '/access/nothing']) equal(isApiPath(path), true, path)
  for (const path of ['/', '/access', '/accessible', '/sign-in', '//access/x', '/docs']) equal(isApiPath(path), false, path)
})
