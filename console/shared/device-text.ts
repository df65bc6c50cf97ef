// Names a device and an address for a sentence, also where they were not recorded.

import { deviceName } from '../../src/client/device-name.ts'
import { say } from './say.ts'

export function sayDevice(device: string): string {
  return deviceName(device, (browser, system) => say('deviceOn', { browser, system })) ?? say('unknownDevice')
}

export function sayPlace(ip: string): string {
  return ip === '' ? say('unknownPlace') : ip
}
