// The lab as a newcomer uses it: sign in, close the browser, come back, be robbed, be attacked from another site, wait.

import { deepEqual, match, ok } from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { faultsOf } from '../support/accessibility.ts'
import { openChromium } from '../support/chromium.ts'
import { takePicture } from '../support/pictures.ts'
import { cleanEnvironment } from '../support/server.ts'
import { until } from '../support/until.ts'

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
  let printed = ''
  lab.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  await until('the lab to start', () => {
    url = /^The lab is at (\S+),/.exec(printed)?.[1] ?? ''
    return url !== ''
  })
  browser = await openChromium({ viewport: { width: 1440, height: 1000 } })
})
after(async () => {
  await browser?.close()
  const ended = once(lab, 'exit')
  lab.kill('SIGTERM')
  deepEqual(await ended, [0, null])
})

async function openLab(): Promise<Page> {
  await browser.clearCookies()
  const page = await browser.newPage()
  await page.goto(url)
  await page.locator('#clock:not(:empty)').waitFor()
  return page
}

/** Pulls a lever, and reads the card about it. */
async function pull(page: Page, name: string): Promise<string> {
  const cards = page.locator('#cards article')
  await cards.evaluateAll((all) => {
    for (const card of all) card.classList.add('seen')
  })
  await page.locator(`button[data-do="${name}"]`).click()
  const card = page.locator('#cards article:not(.seen)')
  await card.waitFor({ timeout: 10_000 })
  return (await card.textContent()) ?? ''
}

const holds = (page: Page, column: 'browser' | 'server') => page.locator(`#${column}`).textContent()

test('sign in, close the page, close the browser, come back without a password', async () => {
  const page = await openLab()
  match(await pull(page, 'signIn'), /200.*changed/)
  match((await holds(page, 'browser')) ?? '', /session.*remembered login.*token/s)
  match(await pull(page, 'changeByCookie'), /403 header\.required.*unchanged/)
  match(await pull(page, 'change'), /Authorization.*200.*changed/)
  await takePicture(page, 'lab-signed-in')
  await pull(page, 'closePage')
  ok(!(await holds(page, 'browser'))?.includes('good until'))
  await pull(page, 'closeBrowser')
  match(await pull(page, 'read'), /401 session\.required/)
  match(await pull(page, 'renew'), /Cookie: remember.*200.*changed/)
  match(await pull(page, 'signOut'), /200.*changed/)
  await page.close()
})

test('twenty minutes without a click end the session, whatever the browser holds', async () => {
  const page = await openLab()
  await page.locator('#remember').uncheck()
  await pull(page, 'signIn')
  await pull(page, 'wait5')
  match(await pull(page, 'read'), /200/)
  await pull(page, 'wait20')
  match(await pull(page, 'read'), /401 session\.required idle/)
  await page.close()
})

test('each copy is worth what the lab says', async () => {
  const page = await openLab()
  await pull(page, 'signIn')
  await pull(page, 'copyToken')
  match(await pull(page, 'useToken'), /200.*200.*: changed/)
  await pull(page, 'copySession')
  match(await pull(page, 'useSession'), /200.*403 header\.required.*200/)
  await pull(page, 'copyRemember')
  await pull(page, 'closeBrowser')
  match(await pull(page, 'renew'), /200/)
  match(await pull(page, 'read'), /200/)
  match(await pull(page, 'useRemember'), /401 session\.required theft_suspected.*: changed/)
  await takePicture(page, 'lab-theft')
  match((await holds(page, 'server')) ?? '', /theft suspected.*alarm/s)
  match(await pull(page, 'useToken'), /401 token\.invalid session_ended/)
  match(await pull(page, 'useSession'), /401 session\.required/)
  await page.close()
})

test('with keys, a copied jar gets nothing and its owner goes on; a copied token reads, and ends nothing', async () => {
  const page = await openLab()
  match(
    await pull(page, 'stealJar'),
    /The owner: .*200.*A thief: .*401 proof\.required device.*401 proof\.required device.*401 proof\.required device.*401 proof\.required device.*The owner: .*200.*device\.mismatch alarm.*203\.0\.113\.66.*198\.51\.100\.7/s,
  )
  match(await pull(page, 'stealBoundToken'), /A thief: Reading.*200.*A thief: Ending.*401 proof\.required missing.*The owner: Ending.*200/s)
  await takePicture(page, 'lab-keys')
  await page.close()
})

test('a thief who comes first is inside until the owner comes back, and then both are out', async () => {
  const page = await openLab()
  await pull(page, 'signIn')
  await pull(page, 'copyRemember')
  await pull(page, 'closeBrowser')
  match(await pull(page, 'useRemember'), /200.*200.*: changed/)
  match(await pull(page, 'renew'), /401 session\.required theft_suspected.*: changed/)
  match(await pull(page, 'useRemember'), /401 session\.required/)
  match((await holds(page, 'server')) ?? '', /alarm presented by 127\.0\.0\.1, known from 203\.0\.113\.66/)
  await page.close()
})

test('the record is followed for everyone, and a session is as live as its last use', async () => {
  const page = await openLab()
  await page.locator('#remember').uncheck()
  await pull(page, 'signIn')
  for (let turn = 0; turn < 5; turn += 1) {
    await pull(page, 'wait5')
    match(await pull(page, 'read'), /200/)
  }
  const first = page.locator('#server .held').first()
  match((await first.textContent()) ?? '', /live.*ada/)
  await page.locator('#username').fill('grace')
  match(await pull(page, 'register'), /201.*: changed/)
  await page.reload()
  await page.locator('#clock:not(:empty)').waitFor()
  await pull(page, 'renew')
  match(await pull(page, 'signOut'), /200.*: changed/)
  const elsewhere = await fetch(url.replace('localhost', '127.0.0.1'), { redirect: 'manual' })
  deepEqual([elsewhere.status, elsewhere.headers.get('location')], [303, `${url}`])
  await page.close()
})

test('another site changes nothing, by whatever means', async () => {
  const page = await openLab()
  await pull(page, 'signIn')
  match(await pull(page, 'forgeForm'), /403 origin\.denied.*unchanged/)
  match(await pull(page, 'forgeImage'), /403 origin\.denied.*unchanged/)
  match(await pull(page, 'forgeLink'), /Cookie: session, remember.*403 origin\.denied.*unchanged/)
  match(await pull(page, 'forgeFetch'), /403 origin\.denied.*unchanged/)
  match(await pull(page, 'forgeHeader'), /OPTIONS.*403 origin\.denied.*unchanged/)
  match(await pull(page, 'forgeLogin'), /403 origin\.denied.*unchanged/)
  match(await pull(page, 'change'), /200/)
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
      await pull(page, 'signIn')
      await pull(page, 'forgeImage')
      await takePicture(page, `lab-${locale}-${colorScheme}`)
      for (const fault of await faultsOf(page)) faults.push(`${locale} ${colorScheme}: ${fault}`)
    } finally {
      await context.close()
    }
  }
  deepEqual(faults, [])
})
