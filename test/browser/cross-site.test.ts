// CSRF attacks from another site and from a sibling sub-domain, in the browser of a signed-in user: nothing changes. Run with
// third-party cookies blocked, the browser default, and allowed, so that not only the browser rejects them.

import { deepEqual, equal, notDeepEqual, ok } from 'node:assert/strict'
import { cp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import type { BrowserContext } from 'playwright-core'
import { type BrowserOptions, openChromium } from '../support/chromium.ts'
import { temporaryFolder } from '../support/server.ts'
import { type Sites, startSites } from '../support/sites.ts'
import { PASSWORD } from '../support/test-client.ts'
import { ATTACKS, attackAll, type Target } from './csrf-attacks.ts'

const ROOT = new URL('../../', import.meta.url).pathname

let sites: Sites
before(async () => {
  sites = await startSites()
})
after(() => sites?.[Symbol.asyncDispose]())

/** The stored state without last-seen times. */
function recordOf({ server }: Sites): unknown {
  const database = new DatabaseSync(server.databaseUrl.replace('sqlite:', ''), { readOnly: true })
  try {
    return [
      'SELECT id, username_key, version, rest FROM latchkey_users ORDER BY id',
      'SELECT id, kind, user_id, version, hash, expires_at, reason, ended_at, data FROM latchkey_credentials ORDER BY id',
      'SELECT user_id, at, rest FROM latchkey_audit_events ORDER BY position',
      'SELECT kind, sid, at FROM latchkey_revocations ORDER BY position',
    ].map((query) => database.prepare(query).all())
  } finally {
    database.close()
  }
}

/** A browser in which a user has signed in to the application. */
async function victimOf(sites: Sites, options: BrowserOptions, username: string): Promise<readonly [BrowserContext, Target]> {
  const browser = await openChromium({ spki: sites.certificate.spki, ...options })
  const page = await browser.newPage()
  await page.goto(sites.app)
  const { userId, sessionId } = await page.evaluate(
    async ({ latchkey, password, username }) => {
      const { createClient } = await import(`${location.origin}/client.js`)
      const { user, session } = await createClient({ url: latchkey }).register({ username, password, remember: true })
      return { userId: user.id, sessionId: session.id }
    },
    { latchkey: sites.latchkey, password: PASSWORD, username },
  )
  await page.close()
  return [browser, { latchkey: sites.latchkey, userId, sessionId }]
}

const SESSION_COOKIE = { name: '__Host-latchkey_session' }

let userCount = 0
for (const thirdPartyCookies of ['blocked', 'allowed'] as const) {
  for (const attacker of ['otherSite', 'otherOrigin'] as const) {
    test(`${attacker}, third-party cookies ${thirdPartyCookies}: no attack changes or reads anything`, async () => {
      userCount += 1
      const [browser, target] = await victimOf(sites, { thirdPartyCookies }, `victim${userCount}`)
      try {
        for (const credential of ['session', 'remember-me login only'] as const) {
          if (credential !== 'session') await browser.clearCookies(SESSION_COOKIE)
          const before = recordOf(sites)
          await attackAll(browser, sites[attacker], target, ({ name }, read) => {
            deepEqual(recordOf(sites), before, `${name}, with a ${credential}, changed something`)
            ok(typeof read !== 'number' || read === 0, `${name}, with a ${credential}, could read the response ${read}`)
          })
        }
        const names = (await browser.cookies(target.latchkey)).map(({ name }) => name)
        ok(names.includes('__Host-latchkey_remember'), 'an attack cleared a cookie')
      } finally {
        await browser.close()
      }
    })
  }
}

test('without the cross-origin rule the same attacks succeed', async () => {
  const folder = await temporaryFolder()
  try {
    await cp(join(ROOT, 'src'), join(folder, 'src'), { recursive: true })
    for (const name of ['node_modules', 'dist', 'package.json']) await symlink(join(ROOT, name), join(folder, name))
    const file = join(folder, 'src/domain/origin.ts')
    const text = await readFile(file, 'utf8')
    const weakened = text.replace('const site = request.secFetchSite\n', "const site: string | null = 'same-origin'\n")
    ok(weakened !== text)
    await writeFile(file, weakened)
    await using open = await startSites({ main: join(folder, 'src/cli/main.ts') })
    const [browser, target] = await victimOf(open, { thirdPartyCookies: 'allowed' }, 'victim')
    try {
      await browser.clearCookies(SESSION_COOKIE)
      const before = recordOf(open)
      const through: string[] = []
      let last = before
      await attackAll(browser, open.otherOrigin, target, ({ name }) => {
        const now = recordOf(open)
        if (JSON.stringify(now) !== JSON.stringify(last)) through.push(name)
        last = now
      })
      notDeepEqual(last, before)
      deepEqual(through, ['POST form that navigates the page to /access/token', 'POST form into a frame to /access/token'])
    } finally {
      await browser.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('the attacks are distinct and more than 100', () => {
  equal(new Set(ATTACKS.map(({ name }) => name)).size, ATTACKS.length)
  ok(ATTACKS.length > 100, String(ATTACKS.length))
})
