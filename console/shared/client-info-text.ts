// Names a device and an address for a sentence, also where they were not recorded.

import { deviceName } from '../../src/client/device-name.ts'
import { t } from './i18n.ts'

export function formatUserAgent(device: string): string {
  return deviceName(device, (browser, system) => t('deviceOn', { browser, system })) ?? t('unknownDevice')
}

export function formatIp(ip: string): string {
  return ip === '' ? t('unknownPlace') : ip
}
