// The heading of a view, which also sets the title of the tab.

import { type ReactNode, useLayoutEffect } from 'react'
import { t } from './i18n.ts'

export function Heading({ text, children }: { readonly text: string; readonly children?: ReactNode }) {
  useLayoutEffect(() => {
    document.title = `${text} · ${t('title')} · Latchkey`
  }, [text])
  return (
    <div className="heading">
      <h1 tabIndex={-1}>{text}</h1>
      {children}
    </div>
  )
}
