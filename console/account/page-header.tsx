// The top of the page: where one is, and the same page in the other language.

import { language, say } from './say.ts'
import type { Language } from './texts.ts'

const NAMES: Readonly<Record<Language, string>> = { en: 'English', 'zh-CN': '中文' }

export function PageHeader() {
  return (
    <header className="top">
      <a className="brand" href="/account" aria-label="Latchkey">
        <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
          <rect width="32" height="32" rx="8" fill="currentColor" />
          <g fill="none" className="brand-key" strokeWidth="3">
            <circle cx="12" cy="16" r="5" />
            <path d="M17 16h9m-4 0v5" />
          </g>
        </svg>
        <span>Latchkey</span>
      </a>
      <nav aria-label={say('language')}>
        {(Object.keys(NAMES) as Language[]).map((each) => (
          <a key={each} href={`?lang=${each}`} lang={each} hrefLang={each} aria-current={each === language ? 'true' : undefined}>
            {NAMES[each]}
          </a>
        ))}
      </nav>
    </header>
  )
}
