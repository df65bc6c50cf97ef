// Risk evaluation of a credential's use: another kind of browser or system, another network. It yields severities, not a fingerprint, and
// an address alone decides nothing.

import type { Severity } from './audit-event.ts'

/** The severity of a risk event from which the lineage is revoked. */
export type RevokeOnRisk = 'off' | 'warning' | 'alarm'

const BROWSERS = [
  /\bFirefox\/|\bFxiOS\//,
  /\bChrome\/|\bChromium\/|\bCriOS\//,
  /\bSafari\//,
  /^(?:curl|Wget|python|Go-http|node|undici|axios|okhttp|Java)\b/i,
]
const PLATFORMS = [/\bAndroid\b/, /\biPhone\b|\biPad\b/, /\bWindows\b/, /\bCrOS\b/, /\bMacintosh\b/, /\bLinux\b/]
const BROWSER_SLOTS = 8

/** Browser and platform as a small number; 0 when both are unknown. Versions are ignored: browsers update by themselves. */
export function userAgentFamily(userAgent: string): number {
  const browser = BROWSERS.findIndex((pattern) => pattern.test(userAgent)) + 1
  const platform = PLATFORMS.findIndex((pattern) => pattern.test(userAgent)) + 1
  return platform * BROWSER_SLOTS + browser
}

/**
 * Undefined when neither a known browser nor a known platform changed.
 *
 * @param isUnfamiliarCountry raises the severity of a change; decides nothing alone
 */
export function severityOfChange(before: number, now: number, isUnfamiliarCountry = false): Severity | undefined {
  const browserChanged = differs(before % BROWSER_SLOTS, now % BROWSER_SLOTS)
  const platformChanged = differs(Math.floor(before / BROWSER_SLOTS), Math.floor(now / BROWSER_SLOTS))
  if (!browserChanged && !platformChanged) return undefined
  // A tablet that requests the desktop site reports another platform: that alone is not an alarm.
  return (browserChanged && platformChanged) || isUnfamiliarCountry ? 'alarm' : 'warning'
}

function differs(before: number, now: number): boolean {
  return before !== 0 && now !== 0 && before !== now
}

/** The provider's network: the first 16 bits of an IPv4 address, the first 32 of IPv6. Undefined for anything else. */
export function networkPrefix(ip: string): string | undefined {
  const four = /^(?:::ffff:)?(\d+\.\d+)\.\d+\.\d+$/i.exec(ip)
  if (four) return four[1]
  const [first = '', second = ''] = ip.toLowerCase().split(':')
  return ip.includes(':') ? `${first}:${second || '0'}` : undefined
}

/** A token used from two networks within a minute: users change networks, and tokens get copied. */
export const NETWORK_CHANGE_SEVERITY: Severity = 'notice'

/** A remember-me login used from a country in which its user never signed in: worth a look, but users travel. */
export const UNFAMILIAR_COUNTRY_SEVERITY: Severity = 'warning'

const SEVERITIES: readonly Severity[] = ['info', 'notice', 'warning', 'alarm']

export function shouldRevokeOnRisk(severity: Severity, policy: RevokeOnRisk): boolean {
  return policy !== 'off' && SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(policy)
}
