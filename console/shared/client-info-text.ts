// Formats the client info (user agent and IP address), also where it was not recorded.

import { deviceName } from '../../src/client/device-name.ts'
import { t } from './i18n.ts'

export function formatUserAgent(userAgent: string): string {
  return deviceName(userAgent, (browser, system) => t('deviceOn', { browser, system })) ?? t('unknownDevice')
}

export function formatIp(ip: string): string {
  return ip === '' ? t('unknownIp') : ip
}
