// Accessibility of the admin page: keyboard, assistive technology, narrow screens, and server errors.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { seriousViolations } from '../support/accessibility.ts'
import { openChromium } from '../support/chromium.ts'
import { takeScreenshot } from '../support/screenshots.ts'
import { runCommand } from '../support/server.ts'
import { type AdminFixture, button, isFocused, NEW_PASSWORD, startAdminFixture } from './admin-fixture.ts'

const LONG = { username: 'w'.repeat(64), role: `r${'w'.repeat(31)}`, email: `${'m'.repeat(60)}@${'w'.repeat(60)}.example.com` }

/** Runs in the page: elements that are wider than their container, also in scrolling parts such as dialogs. */
function clippedElements(): readonly string[] {
  const parts = [
    document.documentElement,
    ...document.querySelectorAll('[role=dialog], .card, .mantine-Button-label, .mantine-Badge-label'),
  ]
  return parts
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
    .map(({ tagName, className }) => `${tagName} ${className}`)
}

let fixture: AdminFixture
before(async () => {
  fixture = await startAdminFixture()
})
after(async () => {
  await fixture?.[Symbol.asyncDispose]()
})

test('a slow action keeps the focus, and its dialog can be closed meanwhile', async () => {
  const page = await fixture.adminPage()
  let release = () => {}
  const waiting = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/access/admin/users', async (route) => {
    await waiting
    await route.abort()
  })
  await button(page, 'Add a user…').click()
  const adding = page.getByRole('dialog', { name: 'Add a user' })
  await adding.getByLabel('Username').fill('slowly')
  await adding.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD)
  const submit = button(adding, 'Add a user')
  await submit.click()
  await adding.getByText('Adding the user…').waitFor()
  equal(await submit.getAttribute('aria-disabled'), 'true')
  ok(await isFocused(submit))
  await page.keyboard.press('Escape')
  await adding.waitFor({ state: 'detached' })
  release()
  await page.close()
})

test('a list that fails to load shows an error and can be retried', async () => {
  const page = await fixture.adminPage()
  await page.getByRole('table').waitFor()
  fixture.flaky.mode = 'down'
  try {
    await page.getByLabel('Name or id').fill('root')
    await page.keyboard.press('Enter')
    await page.getByText('The users could not be loaded.').waitFor()
    await takeScreenshot(page, 'admin-server-down')
  } finally {
    fixture.flaky.mode = 'ok'
  }
  await button(page, 'Try again').click()
  await page.getByRole('row', { name: /root/ }).waitFor()
  await page.close()
})

test('the admin page has no accessibility violation, clipped text or CSP violation, in both languages and themes', async () => {
  const { userId } = await fixture.registerUser(LONG.username, LONG.email)
  const command = await runCommand(['user', 'set-roles', LONG.username, LONG.role, 'editor'], { folder: fixture.flaky.server.folder })
  equal(command.code, 0, command.stderr)
  const faults: string[] = []
  for (const [locale, colorScheme] of [
    ['en-US', 'light'],
    ['en-US', 'dark'],
    ['zh-CN', 'light'],
    ['zh-CN', 'dark'],
  ] as const) {
    const context = await openChromium({ locale, colorScheme })
    try {
      context.on('console', (message) => {
        if (/Content Security Policy|Trusted/i.test(message.text())) faults.push(message.text())
      })
      context.on('weberror', (fault) => faults.push(fault.error().message))
      const page = await fixture.adminPage('root', '', { context })
      const look = async (name: string, loaded: string) => {
        await page.locator(loaded).first().waitFor()
        await takeScreenshot(page, `admin-${name}-${locale}-${colorScheme}`)
        for (const fault of await seriousViolations(page)) faults.push(`${name} ${locale} ${colorScheme}: ${fault}`)
        await page.setViewportSize({ width: 360, height: 740 })
        await takeScreenshot(page, `admin-${name}-${locale}-${colorScheme}-narrow`)
        for (const part of await page.evaluate(clippedElements)) faults.push(`${name} ${locale}: ${part} is cut off`)
        await page.setViewportSize({ width: 1100, height: 800 })
      }
      await look('users', 'table')
      await page.locator('.heading button').click()
      await look('add-user', '[role=dialog]')
      await page.keyboard.press('Escape')
      await page.goto(`${fixture.flaky.url}/admin#${userId}`)
      await look('user', '.lineage')
      await page.locator('#delete button').click()
      await look('delete-user', '[role=dialog]')
      await page.keyboard.press('Escape')
      await page.goto(`${fixture.flaky.url}/admin#keys`)
      await look('keys', '#services')
    } finally {
      await context.close()
    }
  }
  deepEqual(faults, [])
})
