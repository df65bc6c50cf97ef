// The examples of the browser guide run unchanged: those for pages in Chromium, those for scripts in Node.

import { deepEqual, equal } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { BrowserContext } from 'playwright-core'
import { openChromium } from '../support/chromium.ts'
import { exec } from '../support/exec.ts'
import { startServer, temporaryFolder } from '../support/server.ts'
import { type Sites, startSites } from '../support/sites.ts'

const ROOT = new URL('../../', import.meta.url)

let sites: Sites
let browser: BrowserContext
before(async () => {
  sites = await startSites()
  browser = await openChromium({ spki: sites.certificate.spki })
})
after(async () => {
  await browser?.close()
  await sites?.[Symbol.asyncDispose]()
})

function blocks(file: string, language: string): readonly string[] {
  const text = readFileSync(new URL(file, ROOT), 'utf8')
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(([, name]) => name === language).map(([, , block = '']) => block)
}

/** Runs examples as one module in a page of the application; returns the console output. */
async function runInPage(examples: readonly string[]): Promise<readonly string[]> {
  const page = await browser.newPage()
  const printed: string[] = []
  const failed: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'log') printed.push(message.text())
  })
  page.on('pageerror', (error) => failed.push(error.message))
  await page.goto(sites.app)
  for (const script of ['/jquery.js', '/axios.js']) await page.addScriptTag({ url: script })
  const content = examples
    .join('\n')
    .replaceAll("'latchkey/client'", "'/client.js'")
    .replaceAll('https://login.example.com', sites.latchkey)
  await page.addScriptTag({ type: 'module', content: `${content}\nglobalThis.finished = true` })
  await page.waitForFunction(() => 'finished' in globalThis, undefined, { timeout: 10_000 }).catch(() => {})
  equal(await page.evaluate(() => 'finished' in globalThis), true, failed.join('\n'))
  await page.close()
  return printed
}

test('the browser examples of the guide run in Chromium', async () => {
  deepEqual(await runInPage(blocks('docs/browser.md', 'js')), ['order.placed', 'ada', 'token'])
})

test('the browser example of the README runs in Chromium', async () => {
  const [, example = ''] = blocks('README.md', 'js')
  deepEqual(await runInPage([example]), ['hedy'])
})

test('the script example of the guide runs in Node', async () => {
  await using server = await startServer()
  const folder = await temporaryFolder()
  try {
    const [example = ''] = blocks('docs/browser.md', 'ts')
    const program = example
      .replace("'latchkey/client'", `'${new URL('src/client/index.ts', ROOT).href}'`)
      .replace('http://localhost:3000', server.url)
    await writeFile(join(folder, 'script.mts'), program)
    equal(await exec(process.execPath, ['script.mts'], { cwd: folder }), 'script\n')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
