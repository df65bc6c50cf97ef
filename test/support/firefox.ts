// The machine's Firefox, as a second browser, with a profile on disk.

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
      // Without these a first start opens pages and asks questions.
      'browser.shell.checkDefaultBrowser': false,
      'datareporting.policy.dataSubmissionEnabled': false,
    },
  })
}
