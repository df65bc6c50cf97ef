// The installed Chromium with a profile on disk, which keeps its data when it is closed and reopened.

import { ok } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'

export interface BrowserOptions {
  /** The folder of the profile; default: a new one. */
  readonly profile?: string
  /** Blocked by default, as in Chromium, which can hide a cookie that the server should not have accepted. */
  readonly thirdPartyCookies?: 'blocked' | 'allowed'
  /** The hash of a certificate key to trust. */
  readonly spki?: string
  readonly locale?: string
  readonly colorScheme?: 'light' | 'dark'
  readonly viewport?: { readonly width: number; readonly height: number }
  readonly args?: readonly string[]
}

export async function newProfile(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'latchkey-chromium-'))
}

/** Enables device-bound sessions, with software keys. */
export const DEVICE_BINDING_ARGS: readonly string[] = [
  '--enable-features=DeviceBoundSessions:RefreshQuota/false,EnableBoundSessionCredentialsSoftwareKeysForManualTesting',
]

/** Close it with `close()`: a killed browser has not written its data. */
export async function openChromium(options: BrowserOptions = {}): Promise<BrowserContext> {
  const { thirdPartyCookies = 'blocked', spki, locale = 'en-US', colorScheme = 'light', viewport = { width: 1100, height: 800 } } = options
  const profile = options.profile ?? (await newProfile())
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
      ...(options.args ?? []),
    ],
  })
  if (options.profile === undefined) context.once('close', () => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }))
  return context
}

/** Returns the path of a browser. @throws AssertionError that names the package to install */
export function browserPath(command: 'chromium' | 'firefox-esr'): string {
  const path = spawnSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).stdout.trim()
  ok(path !== '', `${command} is missing. As root on Debian: apt-get update && apt-get install --yes ${command}`)
  return path
}
