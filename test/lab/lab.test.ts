// The lab in a real browser: sign-in, restart, stolen credentials, cross-site attacks, and time.

import { deepEqual, match, ok } from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { seriousViolations } from '../support/accessibility.ts'
import { openChromium } from '../support/chromium.ts'
import { takeScreenshot } from '../support/screenshots.ts'
import { cleanEnvironment } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'

const ROOT = new URL('../../', import.meta.url).pathname

let lab: ChildProcess
let url = ''
let browser: BrowserContext
before(async () => {
  lab = spawn(process.execPath, ['lab/main.ts'], {
    cwd: ROOT,
    env: cleanEnvironment({ ATTACKER_PORT: '0' }),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  lab.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  await waitFor('the lab to start', () => {
    url = /^The lab is at (\S+),/.exec(output)?.[1] ?? ''
    return url !== ''
  })
  browser = await openChromium({ viewport: { width: 1440, height: 1000 } })
})
after(async () => {
  await browser?.close()
  const exited = once(lab, 'exit')
  lab.kill('SIGTERM')
  deepEqual(await exited, [0, null])
})

async function openLab(): Promise<Page> {
  await browser.clearCookies()
  const page = await browser.newPage()
  await page.goto(url)
  await page.locator('#clock:not(:empty)').waitFor()
  return page
}

/** Clicks an action button, and returns the text of its result card. */
async function runAction(page: Page, name: string): Promise<string> {
  const cards = page.locator('#cards article')
  await cards.evaluateAll((all) => {
    for (const card of all) card.classList.add('seen')
  })
  await page.locator(`button[data-do="${name}"]`).click()
  const card = page.locator('#cards article:not(.seen)')
  await card.waitFor({ timeout: 10_000 })
  return (await card.textContent()) ?? ''
}

const columnText = (page: Page, column: 'browser' | 'server') => page.locator(`#${column}`).textContent()

test('signs in, closes the page and the browser, and is signed in again without a password', async () => {
  const page = await openLab()
  match(await runAction(page, 'signIn'), /200.*changed/)
  match((await columnText(page, 'browser')) ?? '', /session.*remember-me login.*token/s)
  match(await runAction(page, 'changeByCookie'), /403 csrf\.header_required.*unchanged/)
  match(await runAction(page, 'change'), /Authorization.*200.*changed/)
  await takeScreenshot(page, 'lab-signed-in')
  await runAction(page, 'closePage')
  ok(!(await columnText(page, 'browser'))?.includes('valid until'))
  await runAction(page, 'closeBrowser')
  match(await runAction(page, 'read'), /401 session\.required/)
  match(await runAction(page, 'renew'), /Cookie: remember.*200.*changed/)
  match(await runAction(page, 'signOut'), /200.*changed/)
  await page.close()
})

test('the session expires after twenty minutes idle, whatever the browser holds', async () => {
  const page = await openLab()
  await page.locator('#remember').uncheck()
  await runAction(page, 'signIn')
  await runAction(page, 'wait5')
  match(await runAction(page, 'read'), /200/)
  await runAction(page, 'wait20')
  match(await runAction(page, 'read'), /401 session\.required idle/)
  await page.close()
})

test('each copied credential works exactly as far as the lab says', async () => {
  const page = await openLab()
  await runAction(page, 'signIn')
  await runAction(page, 'copyToken')
  match(await runAction(page, 'useToken'), /200.*200.*: changed/)
  await runAction(page, 'copySession')
  match(await runAction(page, 'useSession'), /200.*403 csrf\.header_required.*200/)
  await runAction(page, 'copyRemember')
  await runAction(page, 'closeBrowser')
  match(await runAction(page, 'renew'), /200/)
  match(await runAction(page, 'read'), /200/)
  match(await runAction(page, 'useRemember'), /401 session\.required theft_suspected.*: changed/)
  await takeScreenshot(page, 'lab-theft')
  match((await columnText(page, 'server')) ?? '', /theft suspected.*alarm/s)
  match(await runAction(page, 'useToken'), /401 token\.invalid session_ended/)
  match(await runAction(page, 'useSession'), /401 session\.required/)
  await page.close()
})

test('with keys, a copied cookie jar is useless and the owner stays signed in; a copied token reads, but revokes nothing', async () => {
  const page = await openLab()
  match(
    await runAction(page, 'stealJar'),
    /The owner: .*200.*An attacker: .*401 proof\.required device.*401 proof\.required device.*401 proof\.required device.*401 proof\.required device.*The owner: .*200.*device\.mismatch alarm.*203\.0\.113\.66.*198\.51\.100\.7/s,
  )
  match(
    await runAction(page, 'stealBoundToken'),
    /An attacker: Reading.*200.*An attacker: Revoking.*401 proof\.required missing.*The owner: Revoking.*200/s,
  )
  await takeScreenshot(page, 'lab-keys')
  await page.close()
})

test('an attacker who uses the copy first is signed in until the owner returns, then both are signed out', async () => {
  const page = await openLab()
  await runAction(page, 'signIn')
  await runAction(page, 'copyRemember')
  await runAction(page, 'closeBrowser')
  match(await runAction(page, 'useRemember'), /200.*200.*: changed/)
  match(await runAction(page, 'renew'), /401 session\.required theft_suspected.*: changed/)
  match(await runAction(page, 'useRemember'), /401 session\.required/)
  match((await columnText(page, 'server')) ?? '', /alarm used from 127\.0\.0\.1, before that from 203\.0\.113\.66/)
  await page.close()
})

test('the lab shows the audit log of every user, and a session stays live while it is used', async () => {
  const page = await openLab()
  await page.locator('#remember').uncheck()
  await runAction(page, 'signIn')
  for (let round = 0; round < 5; round += 1) {
    await runAction(page, 'wait5')
    match(await runAction(page, 'read'), /200/)
  }
  const first = page.locator('#server .credential').first()
  match((await first.textContent()) ?? '', /live.*ada/)
  await page.locator('#username').fill('grace')
  match(await runAction(page, 'register'), /201.*: changed/)
  await page.reload()
  await page.locator('#clock:not(:empty)').waitFor()
  await runAction(page, 'renew')
  match(await runAction(page, 'signOut'), /200.*: changed/)
  const byAddress = await fetch(url.replace('localhost', '127.0.0.1'), { redirect: 'manual' })
  deepEqual([byAddress.status, byAddress.headers.get('location')], [303, `${url}`])
  await page.close()
})

test('another site cannot change anything, by any kind of request', async () => {
  const page = await openLab()
  await runAction(page, 'signIn')
  match(await runAction(page, 'forgeForm'), /403 origin\.denied.*unchanged/)
  match(await runAction(page, 'forgeImage'), /403 origin\.denied.*unchanged/)
  match(await runAction(page, 'forgeLink'), /Cookie: session, remember.*403 origin\.denied.*unchanged/)
  match(await runAction(page, 'forgeFetch'), /403 origin\.denied.*unchanged/)
  match(await runAction(page, 'forgeHeader'), /OPTIONS.*403 origin\.denied.*unchanged/)
  match(await runAction(page, 'forgeLogin'), /403 origin\.denied.*unchanged/)
  match(await runAction(page, 'change'), /200/)
  await page.close()
})

test('the lab is accessible, in both languages and themes', async () => {
  const faults: string[] = []
  for (const [locale, colorScheme] of [
    ['en-US', 'light'],
    ['zh-CN', 'dark'],
  ] as const) {
    const context = await openChromium({ locale, colorScheme, viewport: { width: 1440, height: 1000 } })
    try {
      const page = await context.newPage()
      await page.goto(url)
      await runAction(page, 'signIn')
      await runAction(page, 'forgeImage')
      await takeScreenshot(page, `lab-${locale}-${colorScheme}`)
      for (const fault of await seriousViolations(page)) faults.push(`${locale} ${colorScheme}: ${fault}`)
    } finally {
      await context.close()
    }
  }
  deepEqual(faults, [])
})
