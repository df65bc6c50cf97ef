// The installed Firefox with a profile on disk, as a second browser.

import puppeteer, { type Browser } from 'puppeteer-core'
import { browserPath } from './chromium.ts'

export function openFirefox(profile: string): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: browserPath('firefox-esr'),
    userDataDir: profile,
    acceptInsecureCerts: true,
    extraPrefsFirefox: {
      'network.dns.localDomains': 'app.test,api.app.test,other.app.test,evil.test,login.example.test,login.staging.example.test',
      'intl.accept_languages': 'en-US, en',
      // Without these, the first start opens pages and prompts.
      'browser.shell.checkDefaultBrowser': false,
      'datareporting.policy.dataSubmissionEnabled': false,
    },
  })
}
