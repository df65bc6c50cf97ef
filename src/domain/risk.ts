// What is not as usual about who uses a sign-in: another kind of browser or system, another network. Grades, never a fingerprint; and an
// address alone decides nothing.

import type { Severity } from './audit-event.ts'

/** From which severity of a risk event on the lineage is revoked. */
export type RevokeOnRisk = 'off' | 'warning' | 'alarm'

const BROWSERS = [
  /\bFirefox\/|\bFxiOS\//,
  /\bChrome\/|\bChromium\/|\bCriOS\//,
  /\bSafari\//,
  /^(?:curl|Wget|python|Go-http|node|undici|axios|okhttp|Java)\b/i,
]
const PLATFORMS = [/\bAndroid\b/, /\biPhone\b|\biPad\b/, /\bWindows\b/, /\bCrOS\b/, /\bMacintosh\b/, /\bLinux\b/]
const BROWSER_SLOTS = 8

/** Kind of browser and of system in a small number; 0 where neither is known. Versions are not looked at: they change by themselves. */
export function userAgentFamily(userAgent: string): number {
  const browser = BROWSERS.findIndex((pattern) => pattern.test(userAgent)) + 1
  const platform = PLATFORMS.findIndex((pattern) => pattern.test(userAgent)) + 1
  return platform * BROWSER_SLOTS + browser
}

/**
 * Undefined where nothing has changed that both of them tell of.
 *
 * @param isUnfamiliarCountry whether the address speaks for somebody else too, which weighs only beside a change
 */
export function severityOfChange(before: number, now: number, isUnfamiliarCountry = false): Severity | undefined {
  const browserChanged = differs(before % BROWSER_SLOTS, now % BROWSER_SLOTS)
  const platformChanged = differs(Math.floor(before / BROWSER_SLOTS), Math.floor(now / BROWSER_SLOTS))
  if (!browserChanged && !platformChanged) return undefined
  // A tablet that asks for the desktop's page says that it is another system: by itself that is no alarm.
  return (browserChanged && platformChanged) || isUnfamiliarCountry ? 'alarm' : 'warning'
}

function differs(before: number, now: number): boolean {
  return before !== 0 && now !== 0 && before !== now
}

/** As providers have them: the first 16 bits of an IPv4 address, the first 32 of IPv6. Undefined for what is neither. */
export function networkPrefix(ip: string): string | undefined {
  const four = /^(?:::ffff:)?(\d+\.\d+)\.\d+\.\d+$/i.exec(ip)
  if (four) return four[1]
  const [first = '', second = ''] = ip.toLowerCase().split(':')
  return ip.includes(':') ? `${first}:${second || '0'}` : undefined
}

/** Of a token that is used from two networks within a minute: people change networks, and tokens are copied. */
export const NETWORK_CHANGE_SEVERITY: Severity = 'notice'

/** Of a sign-in that goes on from a country of which its user never signed in: worth a look, and people travel. */
export const UNFAMILIAR_COUNTRY_SEVERITY: Severity = 'warning'

const SEVERITIES: readonly Severity[] = ['info', 'notice', 'warning', 'alarm']

export function shouldRevokeOnRisk(severity: Severity, policy: RevokeOnRisk): boolean {
  return policy !== 'off' && SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(policy)
}
