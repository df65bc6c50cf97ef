// The machine's Chromium with a profile on disk, as a person has it: closed and opened again it keeps what browsers keep.

import { ok } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'

export interface BrowserOptions {
  /** A folder to keep the profile in; a new one by default. */
  readonly profile?: string
  /** Chromium blocks them by default, which hides what a server lets through. */
  readonly thirdPartyCookies?: 'blocked' | 'allowed'
  /** Keys of certificates that are trusted. */
  readonly spki?: string
  readonly locale?: string
  readonly colorScheme?: 'light' | 'dark'
  readonly viewport?: { readonly width: number; readonly height: number }
  readonly args?: readonly string[]
}

export async function newProfile(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'latchkey-chromium-'))
}

/** Has it bind sign-ins to the device, with keys that it keeps in software. */
export const DEVICE_BINDING_ARGS: readonly string[] = [
  '--enable-features=DeviceBoundSessions:RefreshQuota/false,EnableBoundSessionCredentialsSoftwareKeysForManualTesting',
]

/** Close it with `close()`: a browser that is killed has not written what it remembers. */
export async function openChromium(choices: BrowserOptions = {}): Promise<BrowserContext> {
  const { thirdPartyCookies = 'blocked', spki, locale = 'en-US', colorScheme = 'light', viewport = { width: 1100, height: 800 } } = choices
  const profile = choices.profile ?? (await newProfile())
  mkdirSync(join(profile, 'Default'), { recursive: true })
  const preferences = { profile: { cookie_controls_mode: thirdPartyCookies === 'blocked' ? 1 : 0 } }
  const file = join(profile, 'Default', 'Preferences')
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(preferences))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browserPath('chromium'),
    locale,
    colorScheme,
    viewport,
    chromiumSandbox: false,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
      ...(spki === undefined ? [] : [`--ignore-certificate-errors-spki-list=${spki}`]),
      ...(choices.args ?? []),
    ],
  })
  if (choices.profile === undefined) context.once('close', () => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }))
  return context
}

/** Where a browser is. @throws AssertionError naming what to install */
export function browserPath(command: 'chromium' | 'firefox-esr'): string {
  const path = spawnSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).stdout.trim()
  ok(path !== '', `${command} is missing. As root on Debian: apt-get update && apt-get install --yes ${command}`)
  return path
}
