// Checks the public URL in production: what stops the start, and what it warns of.

import { SETTINGS, SettingError } from './settings.ts'

const SETTING_NAME = 'publicUrl (LATCHKEY_PUBLIC_URL)'
const EXPLANATION = 'It decides whether cookies are Secure, which origin is the own one, and which issuer tokens name.'

/**
 * A host's server knows the address of every request, but not the address that users see: in production it must be set.
 *
 * @throws SettingError
 */
export function requirePublicUrl(publicUrl: string | undefined, isProduction: boolean): void {
  if (publicUrl !== undefined || !isProduction) return
  throw new SettingError(`${SETTING_NAME} is not set; under NODE_ENV=production it must be: ${SETTINGS.publicUrl.accepted}. ${EXPLANATION}`)
}

/** The warning for a start in production; undefined where there is none. */
export function publicUrlWarning(publicUrl: string | undefined, isProduction: boolean): string | undefined {
  if (!isProduction) return undefined
  if (publicUrl === undefined)
    return `${SETTING_NAME} is not set under NODE_ENV=production; accepted: ${SETTINGS.publicUrl.accepted}. ${EXPLANATION}`
  const { protocol, hostname } = new URL(publicUrl)
  if (protocol === 'https:' || isLocalHost(hostname)) return undefined
  return `${SETTING_NAME} is ${publicUrl} under NODE_ENV=production: cookies are not Secure, and no sign-in is bound to its device. Set it to the https address that users see.`
}

function isLocalHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}
