// npm run settings-page: writes docs/settings.md from the table that validates the settings, so that they cannot disagree.

import { writeFileSync } from 'node:fs'
import { SETTING_KEYS, SETTINGS } from '../src/settings.ts'

/** The page as Markdown. */
export function settingsPage(): string {
  const rows = SETTING_KEYS.map((key) => {
    const setting = SETTINGS[key]
    const fallback = 'fallbackText' in setting ? setting.fallbackText : 'none'
    return `| \`${setting.name}\` | \`${key}\` | ${setting.about} | ${setting.accepted.replaceAll('|', '\\|')} | ${fallback} |`
  })
  return `# Settings

In the environment by the first name; in \`latchkey.config.ts\` and in \`createLatchkey\` by the second. The name with \`_FILE\` reads the
value from a file: \`LATCHKEY_SECRET_FILE=/run/secrets/latchkey\`. On the command line of \`serve\` each is a flag, but for the secret:
\`LATCHKEY_SESSION_IDLE_TIMEOUT\` is \`--session-idle-timeout\`. Flags win over the environment, the environment over the file.
What is empty or blank counts as not set, everywhere: \`REDIS_URL=\` is no REDIS_URL.

A value that is not accepted stops the start with one line that names the setting, the value and what is accepted.

\`\`\`ts
// latchkey.config.ts
export default {
  sessionIdleTimeout: '30m',
  allowedOrigins: ['https://app.example.com'],
}
\`\`\`

| setting | option | what it does | accepted | default |
|---|---|---|---|---|
${rows.join('\n')}
`
}

if (import.meta.main) writeFileSync('docs/settings.md', settingsPage())
