// npm run settings-page: generates docs/settings.md from the settings table of the code.

import { writeFileSync } from 'node:fs'
import { SETTING_KEYS, SETTINGS, type SettingKey } from '../src/settings.ts'

const MAX_LINE = 160

const GROUPS: readonly (readonly [title: string, keys: readonly SettingKey[]])[] = [
  ['Server', ['port', 'host', 'publicUrl', 'metricsPort', 'logLevel']],
  ['TLS and proxies', ['tlsCert', 'tlsKey', 'trustedProxies', 'forwardedHeader']],
  ['Storage and secret', ['databaseUrl', 'redisUrl', 'secret', 'auditRetention']],
  ['Sessions', ['sessionIdleTimeout', 'sessionAbsoluteTimeout', 'rememberLifetime', 'freshAge']],
  ['Access tokens', ['tokenLifetime', 'tokenAlg', 'audience', 'dpop']],
  ['Cookies and origins', ['allowedOrigins', 'cookieName', 'cookieDomain', 'cookieSameSite', 'clearSiteData']],
  ['Registration, passwords and limits', ['registration', 'passwordMin', 'loginLimit', 'registrationLimit']],
  ['Devices and risk events', ['deviceBinding', 'revokeOnRisk', 'countryDatabase']],
]

/** The page as Markdown: one section for each group, and in it one for each setting. @throws Error where a setting is in no group */
export function settingsPage(): string {
  const grouped = GROUPS.flatMap(([, keys]) => keys)
  const missing = SETTING_KEYS.filter((key) => !grouped.includes(key))
  if (missing.length > 0) throw new Error(`Add to a group of tools/settings-page.ts: ${missing.join(', ')}`)
  const sections = GROUPS.map(([title, keys]) => [`## ${title}`, ...keys.map(sectionOf)].join('\n\n'))
  return `# Settings

Set each of them in the environment by its name, or in \`latchkey.config.ts\` and in \`createLatchkey\` by its option. The name with \`_FILE\` reads the
value from a file: \`LATCHKEY_SECRET_FILE=/run/secrets/latchkey\`. \`serve\` has a flag for each, except the secret:
\`LATCHKEY_SESSION_IDLE_TIMEOUT\` is \`--session-idle-timeout\`. Flags win over the environment, and the environment over the file.
An empty or blank value counts as not set: \`REDIS_URL=\` is the same as no \`REDIS_URL\` at all.

With an invalid value Latchkey does not start, and prints one line that names the setting, the value and what is accepted.

\`\`\`ts
// latchkey.config.ts
export default {
  sessionIdleTimeout: '30m',
  allowedOrigins: ['https://app.example.com'],
}
\`\`\`

${sections.join('\n\n')}
`
}

function sectionOf(key: SettingKey): string {
  const setting = SETTINGS[key]
  const fallback = 'fallbackText' in setting ? setting.fallbackText : 'none'
  return [
    `### ${setting.name}`,
    '',
    wrap(`${setting.about}.`, ''),
    '',
    `- Option: \`${key}\``,
    wrap(`- Accepted: ${setting.accepted}`, '  '),
    wrap(`- Default: ${fallback}`, '  '),
  ].join('\n')
}

/** Breaks a paragraph between words into lines of at most `MAX_LINE` characters. */
function wrap(text: string, indent: string): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length <= MAX_LINE || line === '') lines[lines.length - 1] = longer
    else lines.push(indent + word)
  }
  return lines.join('\n')
}

if (import.meta.main) writeFileSync('docs/settings.md', settingsPage())
